// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;

/// `struct timespec { time_t tv_sec; long tv_nsec; }`
final class Timespec {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private Timespec() {}

    /// {@return a time on CLOCK_REALTIME, so much from now; no later than an [Instant] can be}
    static MemorySegment in(Arena arena, Duration patience) {
        var now = Instant.now();
        var most = Duration.between(now, Instant.MAX);
        var until = patience.compareTo(most) < 0 ? now.plus(patience) : Instant.MAX;
        return arena.allocateFrom(LONG, until.getEpochSecond(), until.getNano());
    }

    /// {@return a length of time, 0 for one below}
    static MemorySegment of(Arena arena, Duration length) {
        return length.isNegative()
                ? arena.allocateFrom(LONG, 0, 0)
                : arena.allocateFrom(LONG, length.toSeconds(), length.toNanosPart());
    }
}
