// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Sockets of another process, by their names and by what they answer.
final class SocketProtocolTest {
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_MPTCP = 262;

    /// Has as descriptors from 3 on: TCP, MPTCP that listens, a caller that knows only TCP, its
    /// other end, UDP that keeps back, UDP, a unix stream, vsock, a pipe.
    private static final String SOCKETS =
            """
            import os, socket, sys
            tcp = socket.socket()
            mptcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
            mptcp.bind(('127.0.0.1', 0)); mptcp.listen()
            caller = socket.create_connection(mptcp.getsockname())
            accepted, _ = mptcp.accept()
            corked = socket.socket(type=socket.SOCK_DGRAM); corked.setsockopt(17, 1, 1)
            udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            unix = socket.socket(socket.AF_UNIX)
            vsock = socket.socket(socket.AF_VSOCK)
            pipe = os.pipe()
            print(tcp.fileno()); sys.stdin.read()
            """;

    @Test
    void namesTellProtocolsAndAnswersTellTheRest() throws IOException {
        var holder = new ProcessBuilder("python3", "-u", "-c", SOCKETS).start();
        try (var process = PidFd.open(holder.pid()).orElseThrow();
                var output = holder.inputReader()) {
            var first = Integer.parseInt(output.readLine());
            assertThat(first).isEqualTo(3);
            String[] names = {
                "TCP", "MPTCP", "TCP", "MPTCP", "UDP", "UDPv6", "UNIX-STREAM", "AF_VSOCK"
            };
            for (var i = 0; i < names.length; i++) {
                assertThat(name(holder, first + i))
                        .as("descriptor %d", first + i)
                        .hasValue(names[i]);
            }
            assertThat(name(holder, 11)).isEmpty();
            assertThat(name(holder, 1000)).isEmpty();

            assertThat(SocketOption.PROTOCOL.of(process, 4)).hasValue(IPPROTO_MPTCP);
            assertThat(SocketOption.PROTOCOL.of(process, 6)).hasValue(IPPROTO_TCP);
            assertThat(SocketOption.UDP_CORK.of(process, 7)).hasValue(1);
            assertThat(SocketOption.UDP_CORK.of(process, 8)).hasValue(0);
            assertThat(SocketOption.UDP_CORK.of(process, 9)).isEqualTo(OptionalInt.empty());
            assertThat(SocketOption.UDP_CORK.of(process, 11)).isEqualTo(OptionalInt.empty());
            assertThat(SocketOption.PROTOCOL.of(process, 1000)).isEqualTo(OptionalInt.empty());
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        assertThat(name(holder, 3)).isEmpty();
    }

    @Test
    void whatCannotBeAskedIsAFailure() {
        var path = Path.of("/" + "x".repeat(5000));
        assertThatThrownBy(() -> SocketProtocol.of(path)).hasMessageContaining("ENAMETOOLONG");
    }

    private static Optional<String> name(Process holder, int fd) {
        return SocketProtocol.of(Path.of("/proc", "" + holder.pid(), "fd", "" + fd));
    }
}
