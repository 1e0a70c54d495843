// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

final class TcpQueuesTest {
    /// Has as descriptors from 3 on: a listening socket, a pair of unix sockets, one of UDP.
    private static final String SERVER =
            """
            import socket, sys
            server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
            pair = socket.socketpair(); udp = socket.socket(type=socket.SOCK_DGRAM)
            print(server.getsockname()[1])
            for line in sys.stdin: server.accept()[0].close()
            """;

    /// Writes as much as it can to descriptor 4, whose other end is 5.
    private static final String WRITER =
            """
            import socket, sys
            server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
            one = socket.create_connection(server.getsockname()); other, _ = server.accept()
            one.setblocking(False)
            try:
                while True: one.send(bytes(1 << 16))
            except BlockingIOError: print('full')
            sys.stdin.read()
            """;

    @Test
    void whatIsNotAcceptedWaits() throws IOException {
        var server = new ProcessBuilder("python3", "-u", "-c", SERVER).start();
        try (var process = PidFd.open(server.pid()).orElseThrow();
                var output = server.inputReader();
                var input = server.outputWriter()) {
            var port = Integer.parseInt(output.readLine());
            assertThat(TcpQueues.of(process, 3)).isEqualTo(new TcpQueues(0, 0));

            knock(port);
            knock(port);
            assertThat(TcpQueues.of(process, 3)).isEqualTo(new TcpQueues(2, 0));

            input.write("accept one\n");
            input.flush();
            await().until(() -> TcpQueues.of(process, 3).unaccepted() == 1);
            for (var other : new int[] {0, 4, 5, 6, 1000}) {
                assertThat(TcpQueues.of(process, other))
                        .as("descriptor %d", other)
                        .isEqualTo(new TcpQueues(0, 0));
            }
        } finally {
            server.destroyForcibly().onExit().join();
        }
    }

    @Test
    void whatTheOtherEndHasNoRoomForIsNotSent() throws IOException {
        var writer = new ProcessBuilder("python3", "-u", "-c", WRITER).start();
        try (var process = PidFd.open(writer.pid()).orElseThrow();
                var output = writer.inputReader()) {
            assertThat(output.readLine()).isEqualTo("full");

            await().until(() -> TcpQueues.of(process, 4).unsentBytes() > 0);

            assertThat(TcpQueues.of(process, 4).unsentBytes()).isLessThan(64 << 20);
            assertThat(TcpQueues.of(process, 5).unsentBytes()).isZero();
        } finally {
            writer.destroyForcibly().onExit().join();
        }
    }

    private static void knock(int port) throws IOException {
        try (var client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        }
    }
}
