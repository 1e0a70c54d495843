// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;

/// Connections that wait at a listening socket of another process, `tcp(7)`, `pidfd_getfd(2)`:
/// asked of the socket itself, in whatever network it is, where `/proc/net/tcp` walks through all
/// connections of the machine.
public final class TcpBacklog {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final byte TCP_LISTEN = 10;

    /// `struct tcp_info`: `__u8 tcpi_state` comes first; `__u32 tcpi_unacked` is, of a socket that
    /// listens, how many connections wait.
    private static final int STATE = 0;

    private static final int UNACKED = 24;
    private static final int INFO_BYTES = 104;

    private TcpBacklog() {}

    /// {@return how many connections the process has not accepted at a descriptor; 0 where that is
    /// no listening socket of TCP, or is closed}
    public static int of(PidFd process, int fd) {
        return process.duplicate(fd)
                .map(socket -> {
                    try (socket) {
                        return waiting(socket.number());
                    }
                })
                .orElse(0);
    }

    private static int waiting(int fd) {
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(INFO_BYTES, Long.BYTES);
            // It fails for sockets of other protocols, each in its way.
            return SocketOption.read(arena, fd, IPPROTO_TCP, TCP_INFO, info)
                            && info.get(JAVA_BYTE, STATE) == TCP_LISTEN
                    ? info.get(JAVA_INT, UNACKED)
                    : 0;
        }
    }
}
