// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A checkpoint of all ranks of a parallel job as one consistent cut: each rank stands still, with
/// its network cut off, from before it is saved until all others stand still too. Either each rank
/// gets a generation of the cut's number, all in one record of the log, or none does.
///
/// @param number of the generations; larger than that of every generation and cut of the job before
/// @param pinned taken on demand: not dropped by retention
/// @param parts what is known of each rank, in their order; none once it is over
public record GroupCut(long number, boolean pinned, List<Part> parts, State state) {
    public GroupCut {
        parts = List.copyOf(parts);
    }

    /// What one rank has done of it.
    ///
    /// @param epoch the incarnation that is saved
    /// @param still whether it stands still, or has until all did
    /// @param saved its generation, once it has its copies
    public record Part(Epoch epoch, boolean still, Optional<Generation> saved) {}

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

    /// {@return this cut after a rank has done something of it}
    public GroupCut with(int rank, Part part) {
        var changed = new ArrayList<>(parts);
        changed.set(rank, part);
        return new GroupCut(number, pinned, changed, state);
    }

    /// {@return this cut as it ended}
    public GroupCut over(State end) {
        return new GroupCut(number, pinned, List.of(), end);
    }
}
