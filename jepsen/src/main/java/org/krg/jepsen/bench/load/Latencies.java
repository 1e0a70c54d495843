// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/// How long calls took, in three significant digits. Owned by one thread at a time.
public final class Latencies {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(LONGEST.toNanos(), DIGITS);

    /// Notes one call; one longer than a minute counts as a minute.
    public void record(long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, LONGEST.toNanos()));
    }

    /// Takes those of another over.
    public void add(Latencies other) {
        histogram.add(other.histogram);
    }

    /// {@return how many calls}
    public long count() {
        return histogram.getTotalCount();
    }

    /// {@return the time that a share of the calls did not exceed, in microseconds}
    ///
    /// @param percent 50 for the median
    public double micros(double percent) {
        return histogram.getValueAtPercentile(percent) / 1e3;
    }

    /// {@return the longest, in microseconds}
    public double maxMicros() {
        return histogram.getMaxValue() / 1e3;
    }
}
