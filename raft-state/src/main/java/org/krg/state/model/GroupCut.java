// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A checkpoint of all ranks of a parallel job as one consistent cut: each rank stands still, with
/// its network cut off, from before it is saved until all others stand still too. Either each rank
/// gets a generation of the cut's number, all in one record of the log, or none does.
///
/// @param number of the generations; larger than that of every generation and cut of the job before
/// @param pinned taken on demand: not dropped by retention
/// @param parts what is known of each rank, in their order; none once it is over
/// @param segments the shared memory of the ranks, as it was when all stood still; none before, and
///   none once it is over
public record GroupCut(
        long number, boolean pinned, List<Part> parts, List<SavedSegment> segments, State state) {
    public GroupCut {
        parts = List.copyOf(parts);
        segments = List.copyOf(segments);
    }

    /// What one rank has done of it.
    ///
    /// @param epoch the incarnation that is saved
    /// @param still whether it stands still, or has until all did
    /// @param held its shared memory, in order of the segments, each once
    /// @param pagesKept whether it has kept the pages of the segments that are its to keep
    /// @param saved its generation, once it has its copies
    public record Part(
            Epoch epoch,
            boolean still,
            List<Held> held,
            boolean pagesKept,
            Optional<Generation> saved) {
        public Part {
            held = List.copyOf(held);
        }

        /// A rank that has done nothing yet.
        public static Part of(Epoch epoch) {
            return new Part(epoch, false, List.of(), false, Optional.empty());
        }

        /// {@return this part of a rank that stands still}
        public Part standing(List<Held> itsSegments) {
            return new Part(epoch, true, itsSegments, pagesKept, saved);
        }

        /// {@return this part of a rank that has kept pages}
        public Part withPages() {
            return new Part(epoch, still, held, true, saved);
        }

        /// {@return this part of a rank that is saved}
        public Part withSaved(Generation generation) {
            return new Part(epoch, still, held, pagesKept, Optional.of(generation));
        }

        private boolean holds(SegmentId segment) {
            return held.stream().anyMatch(it -> it.segment().equals(segment));
        }
    }

    /// Shared memory of a rank.
    ///
    /// @param handles how many the rank has; more than 0
    public record Held(SegmentId segment, int handles) {}

    /// How far it is.
    public sealed interface State {
        /// Ranks are being stopped and saved.
        record UnderWay() implements State {}

        /// All generations exist.
        record Committed() implements State {}

        /// No generation exists.
        record Abandoned(String reason) implements State {}
    }

    /// {@return whether ranks are being stopped and saved for it}
    public boolean isUnderWay() {
        return state instanceof State.UnderWay;
    }

    /// {@return whether all ranks stand still, or have until all did}
    public boolean isStill() {
        return parts.stream().allMatch(Part::still);
    }

    /// {@return the segments whose pages a rank keeps: those it is the first to hold}
    public List<SavedSegment> keptBy(int rank) {
        return segments.stream()
                .filter(saved -> firstHolder(saved.segment().id()) == rank)
                .toList();
    }

    private int firstHolder(SegmentId segment) {
        return IntStream.range(0, parts.size())
                .filter(rank -> parts.get(rank).holds(segment))
                .findFirst()
                .orElse(-1);
    }

    /// {@return whether ranks may go on: all stand still, and no page of theirs is yet to be kept}
    public boolean mayGoOn() {
        return isStill()
                && IntStream.range(0, parts.size())
                        .allMatch(rank -> parts.get(rank).pagesKept() || keptBy(rank).isEmpty());
    }

    /// {@return whether a segment must stay as it is: its pages are being kept}
    public boolean isKeeping(SegmentId segment) {
        return isUnderWay()
                && isStill()
                && !mayGoOn()
                && segments.stream().anyMatch(saved -> saved.segment().id().equals(segment));
    }

    /// {@return this cut after a rank has done something of it}
    public GroupCut with(int rank, Part part) {
        var changed = new ArrayList<>(parts);
        changed.set(rank, part);
        return new GroupCut(number, pinned, changed, segments, state);
    }

    /// {@return this cut with the shared memory of its ranks}
    public GroupCut withSegments(List<SavedSegment> found) {
        return new GroupCut(number, pinned, parts, found, state);
    }

    /// {@return this cut as it ended}
    public GroupCut over(State end) {
        return new GroupCut(number, pinned, List.of(), List.of(), end);
    }
}
