// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/// What the kernel calls the protocol of a socket: the attribute `system.sockprotoname`, which it
/// gives every socket, `getxattr(2)`. The socket is not held meanwhile.
public final class SocketProtocol {
    private static final String ATTRIBUTE = "system.sockprotoname";

    /// `sizeof(struct proto.name)` of the kernel, `net/sock.h`.
    private static final int NAME_BYTES = 32;

    /// `ssize_t getxattr(const char *path, const char *name, void *value, size_t size)`
    private static final MethodHandle GETXATTR =
            Libc.function(
                    "getxattr",
                    FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

    private SocketProtocol() {}

    /// {@return its name: `TCP`, `MPTCPv6`, `UNIX-STREAM`, `AF_VSOCK`; empty if that is no socket,
    /// or is closed} One that was accepted has the name of the socket that listened.
    ///
    /// @param descriptor `/proc/PID/fd/FD`
    /// @throws LinuxException if it may not be asked
    public static Optional<String> of(Path descriptor) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var name = arena.allocate(NAME_BYTES);
            var path = arena.allocateFrom(descriptor.toString());
            if (getxattr(state, path, arena.allocateFrom(ATTRIBUTE), name) > 0) {
                return Optional.of(name.getString(0));
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.ENOENT)
                    || errno.equals(Errno.ESRCH)
                    || errno.equals(Errno.ENODATA)
                    || errno.equals(Errno.EOPNOTSUPP)) {
                return Optional.empty();
            }
            throw new LinuxException("getxattr(" + descriptor + ")", errno);
        }
    }

    private static long getxattr(
            MemorySegment state, MemorySegment path, MemorySegment name, MemorySegment value) {
        try {
            return (long) GETXATTR.invokeExact(state, path, name, value, value.byteSize());
        } catch (Throwable broken) {
            throw Libc.mismatch("getxattr(2)", broken);
        }
    }
}
