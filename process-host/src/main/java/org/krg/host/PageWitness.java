// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.List;
import org.krg.host.model.SegmentProgram;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.state.model.SegmentId;

/// Tells what this node has and has seen of segments.
public interface PageWitness {
    /// {@return whether programs of this node can open segments, or never will because the machine
    /// cannot share memory} Not yet when its agent has just begun.
    boolean isSettled();

    /// {@return how many pages it has of segments; 0 without shared memory}
    long pages(List<SegmentId> segments);

    /// {@return what it has seen}
    ///
    /// @param pages how many of the hottest pages to name
    /// @throws HostFailure if it has no shared memory now
    SegmentStats stats(SegmentId segment, int pages);

    /// {@return what it has now, block by block}
    ///
    /// @throws HostFailure if it has no shared memory now
    List<BlockTable> tables(SegmentId segment);

    /// {@return the processes of this node that have it, by their pids}
    ///
    /// @throws HostFailure if it has no shared memory now
    List<SegmentProgram> programs(SegmentId segment);
}
