// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.Optional;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockId;
import org.krg.state.model.Identity;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// Requests about shared memory.
public sealed interface SegmentCommand extends Command {
    /// Makes a segment, of zeros or of what a file holds. Refused when one of that name or file
    /// exists, or there are too many.
    ///
    /// @param mode like a file's, [org.krg.state.model.Segment]
    /// @param ownership what has to know of a page's next owner first
    /// @param key for who has had it open; fresh random bits
    record CreateSegment(
            String name,
            long sizeBytes,
            Identity owner,
            int mode,
            OwnershipMode ownership,
            Instant at,
            Optional<Backing> backing,
            SegmentKey key)
            implements SegmentCommand {
        /// A segment of zeros.
        public CreateSegment(
                String name,
                long sizeBytes,
                Identity owner,
                int mode,
                OwnershipMode ownership,
                Instant at) {
            this(name, sizeBytes, owner, mode, ownership, at, Optional.empty(), SegmentKey.NONE);
        }

        /// {@return the same of a segment that is a file}
        public CreateSegment backedBy(Backing file) {
            return new CreateSegment(
                    name, sizeBytes, owner, mode, ownership, at, Optional.of(file), key);
        }

        /// {@return the same of a segment with a key}
        public CreateSegment openedBy(SegmentKey fresh) {
            return new CreateSegment(name, sizeBytes, owner, mode, ownership, at, backing, fresh);
        }
    }

    /// Makes a segment larger: zeros at its end. Refused when it is larger already.
    record ResizeSegment(SegmentId segment, long sizeBytes) implements SegmentCommand {}

    /// Says whose processes may open a segment from now on. Whoever has it open keeps it.
    ///
    /// @param mode like a file's, [org.krg.state.model.Segment]
    record SetSegmentMode(SegmentId segment, int mode) implements SegmentCommand {}

    /// Takes a segment's name away: it is destroyed when no live member holds it any more.
    record RemoveSegment(SegmentId segment) implements SegmentCommand {}

    /// Says how many handles of a segment the processes of a member have. Refused when the member
    /// is over and has some.
    record HoldSegment(SegmentId segment, Member member, int count) implements SegmentCommand {}

    /// Forgets a segment: its pages are gone, and who still touches them gets an error.
    record DestroySegment(SegmentId segment) implements SegmentCommand {}

    /// All pages of a segment that went back to a checkpoint are there: it may be opened.
    record FinishReturn(SegmentId segment) implements SegmentCommand {}

    /// Sees that a block has a home that lives: `proposer`, if it had none, or one that is over;
    /// but of a segment with a file its node, if that lives. A block of a file that never had a
    /// home has none while its node is lost. Refused when the proposer is over itself.
    record GrantBlock(BlockId block, Member proposer) implements SegmentCommand {}
}
