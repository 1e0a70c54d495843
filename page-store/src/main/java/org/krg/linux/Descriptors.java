// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// What all owners of file descriptors need: closing one.
final class Descriptors {
    /// `int close(int fd)`
    private static final MethodHandle CLOSE =
            Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Descriptors() {}

    /// Closes a descriptor. It is gone afterwards even when close(2) reports an error.
    static void close(int fd) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var errno = close(state, fd) == 0 ? Errno.NONE : Libc.errno(state);
            if (!errno.equals(Errno.NONE) && !errno.equals(Errno.EINTR)) {
                throw new LinuxException("close(" + fd + ")", errno);
            }
        }
    }

    private static int close(MemorySegment state, int fd) {
        try {
            return (int) CLOSE.invokeExact(state, fd);
        } catch (Throwable broken) {
            throw Libc.mismatch("close(2)", broken);
        }
    }
}
