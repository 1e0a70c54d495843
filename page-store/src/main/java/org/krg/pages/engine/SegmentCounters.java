// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.krg.pages.model.SegmentStats;

/// The counters of one segment on this node. Safe for use from any thread.
final class SegmentCounters {
    final LongAdder read = new LongAdder();
    final LongAdder write = new LongAdder();
    final LongAdder upgrade = new LongAdder();
    final LongAdder present = new LongAdder();
    final LongAdder ahead = new LongAdder();
    final LongAdder invalidated = new LongAdder();
    final LongAdder taken = new LongAdder();
    final LongAdder shared = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder owners = new LongAdder();
    final LongAdder records = new LongAdder();
    final LongAdder recordBytes = new LongAdder();
    final FaultTimes readTimes = new FaultTimes();
    final FaultTimes writeTimes = new FaultTimes();

    SegmentStats stats(List<SegmentStats.PageUse> hottest) {
        return new SegmentStats(
                read.sum(),
                write.sum(),
                upgrade.sum(),
                present.sum(),
                ahead.sum(),
                invalidated.sum(),
                taken.sum(),
                shared.sum(),
                lost.sum(),
                bytesIn.sum(),
                bytesOut.sum(),
                owners.sum(),
                records.sum(),
                recordBytes.sum(),
                readTimes.times(),
                writeTimes.times(),
                hottest);
    }
}
