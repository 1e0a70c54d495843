// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

final class TcpBacklogTest {
    /// Has as descriptors from 3 on: a listening socket, a pair of unix sockets, one of UDP.
    private static final String SERVER =
            """
            import socket, sys
            server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
            pair = socket.socketpair(); udp = socket.socket(type=socket.SOCK_DGRAM)
            print(server.getsockname()[1])
            for line in sys.stdin: server.accept()[0].close()
            """;

    @Test
    void whatIsNotAcceptedWaits() throws IOException {
        var server = new ProcessBuilder("python3", "-u", "-c", SERVER).start();
        try (var process = PidFd.open(server.pid()).orElseThrow();
                var output = server.inputReader();
                var input = server.outputWriter()) {
            var port = Integer.parseInt(output.readLine());
            assertThat(TcpBacklog.of(process, 3)).isZero();

            knock(port);
            knock(port);
            assertThat(TcpBacklog.of(process, 3)).isEqualTo(2);

            input.write("accept one\n");
            input.flush();
            await().until(() -> TcpBacklog.of(process, 3) == 1);
            for (var other : new int[] {0, 4, 5, 6, 1000}) {
                assertThat(TcpBacklog.of(process, other)).as("descriptor %d", other).isZero();
            }
        } finally {
            server.destroyForcibly().onExit().join();
        }
    }

    private static void knock(int port) throws IOException {
        try (var client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        }
    }
}
