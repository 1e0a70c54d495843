// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/// The clock that counts from the start of the machine, suspension included, and that nobody sets:
/// the one a lease is measured on.
public final class Boottime {
    /// `struct timespec { time_t tv_sec; long tv_nsec; }`, `timespec(3type)`
    static final StructLayout TIMESPEC =
            MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"));

    private static final int CLOCK_BOOTTIME = 7;

    /// `int clock_gettime(clockid_t clockid, struct timespec *tp)`
    private static final MethodHandle CLOCK_GETTIME =
            Libc.function("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private Boottime() {}

    /// {@return the time since the machine started}
    public static Duration now() {
        var room = CallRoom.ofThread();
        var time = room.arguments();
        if (clockGettime(room.state(), time) != 0) {
            throw new LinuxException("clock_gettime(CLOCK_BOOTTIME)", Libc.errno(room.state()));
        }
        return Duration.ofSeconds(time.get(JAVA_LONG, 0), time.get(JAVA_LONG, 8));
    }

    private static int clockGettime(MemorySegment state, MemorySegment time) {
        try {
            return (int) CLOCK_GETTIME.invokeExact(state, CLOCK_BOOTTIME, time);
        } catch (Throwable broken) {
            throw Libc.mismatch("clock_gettime(2)", broken);
        }
    }
}
