// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;

/// A timer that another process has a descriptor of, `timerfd_create(2)`, `pidfd_getfd(2)`.
public final class TimerFd implements AutoCloseable {
    /// `struct itimerspec { struct timespec it_interval; struct timespec it_value; }`
    static final MemoryLayout ITIMERSPEC = MemoryLayout.sequenceLayout(4, JAVA_LONG);

    /// `int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec
    /// *old)`
    private static final MethodHandle TIMERFD_SETTIME =
            Libc.function(
                    "timerfd_settime",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private final Descriptor descriptor;

    private TimerFd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// {@return the timer behind descriptor `fd` of a process; empty if there is none any more}
    public static Optional<TimerFd> of(PidFd process, int fd) {
        return process.duplicate(fd).map(TimerFd::new);
    }

    /// Starts it anew: it expires after `first`, and then at intervals.
    public void start(Duration first, Duration interval) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var times = arena.allocate(ITIMERSPEC);
            times.setAtIndex(JAVA_LONG, 0, interval.getSeconds());
            times.setAtIndex(JAVA_LONG, 1, interval.getNano());
            times.setAtIndex(JAVA_LONG, 2, first.getSeconds());
            times.setAtIndex(JAVA_LONG, 3, first.getNano());
            if (setTime(state, descriptor.number(), times) != 0) {
                throw new LinuxException("timerfd_settime", Libc.errno(state));
            }
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static int setTime(MemorySegment state, int fd, MemorySegment times) {
        try {
            return (int) TIMERFD_SETTIME.invokeExact(state, fd, 0, times, MemorySegment.NULL);
        } catch (Throwable broken) {
            throw Libc.mismatch("timerfd_settime(2)", broken);
        }
    }
}
