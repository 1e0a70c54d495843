// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.krg.pages.model.FaultKind;
import org.krg.pages.model.FaultTimes;

/// How long threads stood still for faults of one kind, since the segment was opened on this node.
/// Safe for use from any thread; to record allocates nothing.
final class FaultClock {
    /// A fault that waits longer, for a lost home, counts as this long.
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int DIGITS = 2;

    private final FaultKind kind;
    private final boolean elsewhere;
    private final LongAdder sum = new LongAdder();
    private final Recorder recent = new Recorder(LONGEST_NANOS, DIGITS);
    private final Histogram all = new Histogram(LONGEST_NANOS, DIGITS);

    /// @param elsewhere whether other nodes were asked
    FaultClock(FaultKind kind, boolean elsewhere) {
        this.kind = kind;
        this.elsewhere = elsewhere;
    }

    void record(long nanos) {
        sum.add(nanos);
        recent.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
    }

    synchronized FaultTimes times() {
        all.add(recent.getIntervalHistogram());
        return new FaultTimes(
                kind,
                elsewhere,
                all.getTotalCount(),
                sum.sum(),
                all.getValueAtPercentile(50),
                all.getValueAtPercentile(90),
                all.getValueAtPercentile(99),
                all.getMaxValue(),
                FaultTimes.BOUNDS_NANOS.stream()
                        .map(bound -> all.getCountBetweenValues(0, bound))
                        .toList());
    }
}
