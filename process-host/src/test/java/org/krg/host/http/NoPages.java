// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.krg.host.PageWitness;
import org.krg.host.model.SegmentProgram;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.state.model.SegmentId;

/// A node on which no segment was ever open.
///
/// @param settled whether one could be
record NoPages(BooleanSupplier settled) implements PageWitness {
    @Override
    public boolean isSettled() {
        return settled.getAsBoolean();
    }

    @Override
    public long pages(List<SegmentId> segments) {
        return 0;
    }

    @Override
    public SegmentStats stats(SegmentId segment, int pages) {
        return new SegmentStats(
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    }

    @Override
    public List<BlockTable> tables(SegmentId segment) {
        return List.of();
    }

    @Override
    public List<SegmentProgram> programs(SegmentId segment) {
        return List.of();
    }
}
