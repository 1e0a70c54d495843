// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;

/// What waits at a socket of another process, `tcp(7)`, `pidfd_getfd(2)`: asked of the socket
/// itself, in whatever network it is, where `/proc/net/tcp` walks through all connections of the
/// machine.
///
/// @param unaccepted connections that the process has not accepted; 0 if it does not listen
/// @param unsentBytes what it has written and the other end has no room for; 0 if it listens
public record TcpQueues(int unaccepted, long unsentBytes) {
    private static final TcpQueues NONE = new TcpQueues(0, 0);

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final byte TCP_LISTEN = 10;

    /// `struct tcp_info`: `__u8 tcpi_state` comes first; `__u32 tcpi_unacked` is, of a socket that
    /// listens, how many connections wait; `__u32 tcpi_notsent_bytes` of another one.
    private static final int STATE = 0;

    private static final int UNACKED = 24;
    private static final int NOT_SENT = 144;
    private static final int INFO_BYTES = 148;

    /// {@return what waits at a descriptor; nothing where that is no socket of TCP, or is closed}
    public static TcpQueues of(PidFd process, int fd) {
        return process.duplicate(fd)
                .map(socket -> {
                    try (socket) {
                        return of(socket.number());
                    }
                })
                .orElse(NONE);
    }

    private static TcpQueues of(int fd) {
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(INFO_BYTES, Long.BYTES);
            // It fails for sockets of other protocols, each in its way.
            if (!SocketOption.read(arena, fd, IPPROTO_TCP, TCP_INFO, info)) {
                return NONE;
            }
            return info.get(JAVA_BYTE, STATE) == TCP_LISTEN
                    ? new TcpQueues(info.get(JAVA_INT, UNACKED), 0)
                    : new TcpQueues(0, Integer.toUnsignedLong(info.get(JAVA_INT, NOT_SENT)));
        }
    }
}
