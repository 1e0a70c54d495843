// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.krg.pages.model.FaultKind;
import org.krg.pages.model.SegmentStats;

/// The counters of one segment on this node. Safe for use from any thread.
final class SegmentCounters {
    final LongAdder read = new LongAdder();
    final LongAdder write = new LongAdder();
    final LongAdder upgrade = new LongAdder();
    final LongAdder present = new LongAdder();
    final LongAdder ahead = new LongAdder();
    final LongAdder promoted = new LongAdder();
    final LongAdder promotedInVain = new LongAdder();
    final LongAdder invalidated = new LongAdder();
    final LongAdder taken = new LongAdder();
    final LongAdder shared = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder owners = new LongAdder();
    final LongAdder records = new LongAdder();
    final LongAdder recordBytes = new LongAdder();
    private final Map<FaultKind, FaultClock> here = clocks(false);
    private final Map<FaultKind, FaultClock> elsewhere = clocks(true);

    private static Map<FaultKind, FaultClock> clocks(boolean elsewhere) {
        var clocks = new EnumMap<FaultKind, FaultClock>(FaultKind.class);
        for (var kind : FaultKind.values()) {
            clocks.put(kind, new FaultClock(kind, elsewhere));
        }
        return clocks;
    }

    /// A thread stood still for so long.
    ///
    /// @param isElsewhere whether other nodes were asked
    void waited(FaultKind kind, boolean isElsewhere, long nanos) {
        Objects.requireNonNull((isElsewhere ? elsewhere : here).get(kind)).record(nanos);
    }

    SegmentStats stats(List<SegmentStats.PageUse> hottest) {
        return new SegmentStats(
                read.sum(),
                write.sum(),
                upgrade.sum(),
                present.sum(),
                ahead.sum(),
                promoted.sum(),
                promotedInVain.sum(),
                invalidated.sum(),
                taken.sum(),
                shared.sum(),
                lost.sum(),
                refused.sum(),
                bytesIn.sum(),
                bytesOut.sum(),
                owners.sum(),
                records.sum(),
                recordBytes.sum(),
                Stream.of(here, elsewhere)
                        .flatMap(clocks -> clocks.values().stream())
                        .map(FaultClock::times)
                        .toList(),
                hottest);
    }
}
