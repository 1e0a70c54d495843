// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When a verb stops waiting; perhaps never.
public final class Deadline {
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    /// {@return the end of `length` from now; never without a length}
    public static Deadline in(@Nullable Duration length) {
        var bounded = length == null || length.compareTo(NEVER) > 0 ? NEVER : length;
        return new Deadline(System.nanoTime() + bounded.toNanos());
    }

    /// {@return what is left, at most `most`; zero when it is over}
    public Duration left(Duration most) {
        var left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        return left.compareTo(most) < 0 ? left : most;
    }

    /// {@return whether it is over}
    public boolean isOver() {
        return end - System.nanoTime() <= 0;
    }
}
