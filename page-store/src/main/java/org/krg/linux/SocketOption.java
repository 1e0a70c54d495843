// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/// What a socket of another process answers when it is asked, `getsockopt(2)`, `pidfd_getfd(2)`.
/// The socket is held meanwhile: what the process closes in that moment keeps its address until the
/// answer is there.
public enum SocketOption {
    /// The protocol that it speaks, `SO_PROTOCOL` of `socket(7)`: 6 is TCP, also of a connection
    /// that was to be MPTCP and whose other end could not.
    PROTOCOL(1, 38),
    /// 1 if it keeps back what is sent until it is told to go on, `UDP_CORK` of `udp(7)`.
    UDP_CORK(17, 1);

    /// `int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)`
    private static final MethodHandle GETSOCKOPT =
            Libc.function(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private final int level;
    private final int name;

    SocketOption(int level, int name) {
        this.level = level;
        this.name = name;
    }

    /// {@return the answer; empty where that is no socket, or none that knows the question, or is
    /// closed}
    ///
    /// @throws LinuxException if the process may not be asked
    public OptionalInt of(PidFd process, int fd) {
        return process.duplicate(fd)
                .map(socket -> {
                    try (socket) {
                        return value(socket.number());
                    }
                })
                .orElse(OptionalInt.empty());
    }

    private OptionalInt value(int fd) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_INT);
            return read(arena, fd, level, name, value)
                    ? OptionalInt.of(value.get(JAVA_INT, 0))
                    : OptionalInt.empty();
        }
    }

    /// Reads an option of a socket of this process into `value`.
    ///
    /// @return whether the socket knows it
    static boolean read(Arena arena, int fd, int level, int name, MemorySegment value) {
        var state = Libc.callState(arena);
        var length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
        try {
            return (int) GETSOCKOPT.invokeExact(state, fd, level, name, value, length) == 0;
        } catch (Throwable broken) {
            throw Libc.mismatch("getsockopt(2)", broken);
        }
    }
}
