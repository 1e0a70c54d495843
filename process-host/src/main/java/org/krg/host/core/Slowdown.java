// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.util.Optional;

/// What a checkpoint takes from a program after it has let it go on: it is stored and copied beside
/// it, on the same processors.
public final class Slowdown {
    private Slowdown() {}

    /// What a program had used at a moment.
    ///
    /// @param at of the machine's monotonic clock
    /// @param cpu processor time of all its threads
    public record Sample(Duration at, Duration cpu) {}

    /// {@return how much later than undisturbed the program got as far as it was at `end`} Its pace
    /// is the processor time that it used per second before it was frozen. Zero where it was idle,
    /// or where nothing is known of its pace.
    ///
    /// @param earlier some time before it was frozen
    public static Duration of(Optional<Sample> earlier, Sample frozen, Sample thawed, Sample end) {
        if (earlier.isEmpty()) {
            return Duration.ZERO;
        }
        var pace = pace(earlier.get(), frozen);
        var beside = seconds(end.at().minus(thawed.at()));
        if (pace <= 0 || beside <= 0) {
            return Duration.ZERO;
        }
        var got = seconds(end.cpu().minus(thawed.cpu())) / pace;
        return Duration.ofNanos(Math.round(Math.clamp(beside - got, 0, beside) * 1e9));
    }

    private static double pace(Sample from, Sample to) {
        var span = seconds(to.at().minus(from.at()));
        return span <= 0 ? 0 : seconds(to.cpu().minus(from.cpu())) / span;
    }

    private static double seconds(Duration span) {
        return span.toNanos() / 1e9;
    }
}
