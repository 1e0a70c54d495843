// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import java.time.Duration;
import java.util.List;

/// Medians of measured times.
public final class Medians {
    private static final double NANOS_PER_MILLI = 1e6;

    private Medians() {}

    /// {@return the median in ms: the middle one, or the mean of the two in the middle}
    public static double millis(List<Duration> times) {
        var sorted = times.stream().sorted().toList();
        var low = sorted.get((sorted.size() - 1) / 2);
        var high = sorted.get(sorted.size() / 2);
        return low.plus(high).toNanos() / (2 * NANOS_PER_MILLI);
    }
}
