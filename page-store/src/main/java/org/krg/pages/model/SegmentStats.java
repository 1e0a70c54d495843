// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.model;

import java.util.List;

/// What one node has seen of a segment since it was opened there.
///
/// @param read faults of threads that wanted to read a page that was not there
/// @param write faults of threads that wanted to write one
/// @param upgrade of these, how many for a page that was there to be read
/// @param present faults of pages that were there by the time they were looked at
/// @param ahead pages that were asked for before they were touched
/// @param promoted pages of which the right to write them came with the page, when they were asked
///   for to be read
/// @param promotedInVain of these, how many went, or were read elsewhere, before anybody wrote them
/// @param invalidated copies given up for a writer elsewhere
/// @param taken pages given up with their content
/// @param shared pages that were read out for a reader elsewhere
/// @param lost pages that nobody has any more
/// @param refused touches that were an error because this node has no room for more pages
/// @param bytesIn of pages that came from other nodes
/// @param bytesOut of pages that went to other nodes
/// @param owners times a page of a block whose home is here got its next owner
/// @param records what the log was told of that: of a page the newest
/// @param recordBytes of the log that took
/// @param times of each kind, by whether other nodes were asked
/// @param hottest the pages that came most often, the hottest first
public record SegmentStats(
        long read,
        long write,
        long upgrade,
        long present,
        long ahead,
        long promoted,
        long promotedInVain,
        long invalidated,
        long taken,
        long shared,
        long lost,
        long refused,
        long bytesIn,
        long bytesOut,
        long owners,
        long records,
        long recordBytes,
        List<FaultTimes> times,
        List<PageUse> hottest) {
    public SegmentStats {
        times = List.copyOf(times);
        hottest = List.copyOf(hottest);
    }

    /// How often a page came to this node.
    ///
    /// @param page its index in the segment
    /// @param reads times it came to be read
    /// @param writes times it came to be written
    public record PageUse(int page, int reads, int writes) {
        /// {@return times it came}
        public int total() {
            return reads + writes;
        }
    }
}
