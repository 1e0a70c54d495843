// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/// How many descriptors this process may have at once, `getrlimit(2)`.
public final class DescriptorLimit {
    /// `struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; }`
    static final StructLayout RLIMIT =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("rlim_cur"), JAVA_LONG.withName("rlim_max"));

    private static final int RLIMIT_NOFILE = 7;

    /// `int getrlimit(int resource, struct rlimit *rlim)`
    private static final MethodHandle GETRLIMIT =
            Libc.function("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private DescriptorLimit() {}

    /// {@return how many there may be; the JVM has made that as many as it may}
    public static int present() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var limit = arena.allocate(RLIMIT);
            if (getrlimit(state, limit) != 0) {
                throw new LinuxException("getrlimit(RLIMIT_NOFILE)", Libc.errno(state));
            }
            var count = limit.get(JAVA_LONG, 0);
            // RLIM_INFINITY is -1.
            return count < 0 ? Integer.MAX_VALUE : (int) Math.min(count, Integer.MAX_VALUE);
        }
    }

    private static int getrlimit(MemorySegment state, MemorySegment limit) {
        try {
            return (int) GETRLIMIT.invokeExact(state, RLIMIT_NOFILE, limit);
        } catch (Throwable broken) {
            throw Libc.mismatch("getrlimit(2)", broken);
        }
    }
}
