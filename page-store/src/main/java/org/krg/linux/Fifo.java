// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Named pipes, `fifo(7)`.
public final class Fifo {
    /// `int mkfifo(const char *pathname, mode_t mode)`
    private static final MethodHandle MKFIFO =
            Libc.function("mkfifo", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private Fifo() {}

    /// Creates a named pipe.
    ///
    /// @param mode permission bits, from which the process's umask is taken away
    /// @throws LinuxException `EEXIST` if the name is taken, or another failure
    public static void create(Path path, int mode) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (mkfifo(state, arena.allocateFrom(path.toString()), mode) != 0) {
                throw new LinuxException("mkfifo(" + path + ")", Libc.errno(state));
            }
        }
    }

    private static int mkfifo(MemorySegment state, MemorySegment path, int mode) {
        try {
            return (int) MKFIFO.invokeExact(state, path, mode);
        } catch (Throwable broken) {
            throw Libc.mismatch("mkfifo(3)", broken);
        }
    }
}
