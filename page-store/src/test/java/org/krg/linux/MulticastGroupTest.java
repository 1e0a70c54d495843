// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

final class MulticastGroupTest {
    /// Has as descriptors from 3 on: sockets of UDP in a group of IPv4, in none, in one of IPv6.
    private static final String MEMBER =
            """
            import socket, sys
            one = socket.socket(type=socket.SOCK_DGRAM)
            one.setsockopt(0, 35, socket.inet_aton('239.194.1.8') + socket.inet_aton('127.0.0.1') + bytes(4))
            none = socket.socket(type=socket.SOCK_DGRAM)
            six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            six.setsockopt(41, 20, socket.inet_pton(socket.AF_INET6, 'ff15::108') + bytes([1, 0, 0, 0]))
            print('ready'); sys.stdin.read()
            """;

    private static final int LOOPBACK = 1;

    @Test
    void aSocketIsInTheGroupsThatItJoined() throws IOException {
        var member = new ProcessBuilder("python3", "-u", "-c", MEMBER).start();
        try (var process = PidFd.open(member.pid()).orElseThrow();
                var output = member.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            var four = new MulticastGroup(LOOPBACK, InetAddress.ofLiteral("239.194.1.8"));
            var six = new MulticastGroup(LOOPBACK, InetAddress.ofLiteral("ff15::108"));
            var another = new MulticastGroup(LOOPBACK, InetAddress.ofLiteral("239.194.1.9"));

            assertThat(four.has(process, 3)).isTrue();
            assertThat(six.has(process, 5)).isTrue();
            assertThat(another.has(process, 3)).isFalse();
            for (var other : new int[] {0, 4, 5, 1000}) {
                assertThat(four.has(process, other)).as("descriptor %d", other).isFalse();
            }
            assertThat(six.has(process, 3)).isFalse();
        } finally {
            member.destroyForcibly().onExit().join();
        }
    }
}
