// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;
import java.util.Optional;

/// On which processors a thread may run, `sched_setaffinity(2)`.
public final class CpuAffinity {
    /// A bit for each of the 8192 processors that Linux can be built for at most.
    public static final int MAX_MASK_BYTES = 1_024;

    /// `int sched_getaffinity(pid_t pid, size_t cpusetsize, cpu_set_t *mask)`
    private static final MethodHandle GET = Libc.function("sched_getaffinity", descriptor());

    /// `int sched_setaffinity(pid_t pid, size_t cpusetsize, const cpu_set_t *mask)`
    private static final MethodHandle SET = Libc.function("sched_setaffinity", descriptor());

    private CpuAffinity() {}

    private static FunctionDescriptor descriptor() {
        return FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    }

    /// {@return the processors that a thread may run on, those left out that are switched off;
    /// empty if there is no such thread}
    ///
    /// @param thread its number, as this process counts
    public static Optional<BitSet> of(long thread) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var mask = arena.allocate(MAX_MASK_BYTES, Long.BYTES);
            if (call(GET, state, thread, mask) == 0) {
                return Optional.of(BitSet.valueOf(mask.toArray(JAVA_BYTE)));
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw new LinuxException("sched_getaffinity(" + thread + ")", errno);
        }
    }

    /// Lets a thread run on these processors only, and on no others that its cgroup does not give
    /// it.
    ///
    /// @throws LinuxException also if it may run on none of them (EINVAL), or there is no such
    ///   thread
    public static void set(long thread, BitSet cpus) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var mask = arena.allocate(MAX_MASK_BYTES, Long.BYTES);
            var bytes = cpus.toByteArray();
            MemorySegment.copy(bytes, 0, mask, JAVA_BYTE, 0, bytes.length);
            if (call(SET, state, thread, mask) != 0) {
                throw new LinuxException("sched_setaffinity(" + thread + ")", Libc.errno(state));
            }
        }
    }

    private static int call(
            MethodHandle function, MemorySegment state, long thread, MemorySegment mask) {
        try {
            return (int)
                    function.invokeExact(state, Math.toIntExact(thread), mask.byteSize(), mask);
        } catch (Throwable broken) {
            throw Libc.mismatch("sched_setaffinity(2)", broken);
        }
    }
}
