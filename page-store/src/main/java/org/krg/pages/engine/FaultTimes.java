// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.krg.pages.model.SegmentStats;

/// How long threads stood still for a kind of fault, since the segment was opened on this node.
/// Safe for use from any thread; to record allocates nothing.
final class FaultTimes {
    /// A fault that waits longer, for a lost home, counts as this long.
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int DIGITS = 2;

    private final Recorder recent = new Recorder(LONGEST_NANOS, DIGITS);
    private final Histogram all = new Histogram(LONGEST_NANOS, DIGITS);

    void record(long nanos) {
        recent.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
    }

    synchronized SegmentStats.Times times() {
        all.add(recent.getIntervalHistogram());
        return new SegmentStats.Times(
                all.getTotalCount(),
                all.getValueAtPercentile(50),
                all.getValueAtPercentile(90),
                all.getValueAtPercentile(99),
                all.getMaxValue());
    }
}
