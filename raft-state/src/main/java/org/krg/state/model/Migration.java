// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/// A move of a running process to another node, while it is under way and for a while afterwards.
///
/// Until the step [Step.Resuming] the process belongs to its source, from then on to its target:
/// that one command of the log decides. From [Step.Leaving] on the source lets its incarnation go
/// on only after it has seen that the migration was given up.
///
/// @param limit how long it may take; the leader measures it and then gives it up
/// @param why who asked for it and what chose the target, as a clause for people; empty in logs
///   that are older than that
public record Migration(
        MigrationId id,
        Route route,
        Mode mode,
        Duration limit,
        Instant started,
        String why,
        Sent sent,
        Step step) {
    /// What moves.
    ///
    /// @param epoch of the incarnation that moves
    /// @param next of the one that arrives; given out to nobody else, whatever becomes of the
    ///   migration
    public record Route(ProcessId process, NodeId from, NodeId to, Epoch epoch, Epoch next) {}

    /// How it is done.
    public enum Mode {
        /// The target gets a copy of the memory while the program runs, and then what changed.
        WARM,
        /// The target gets everything while the program stands still.
        STOP_COPY,
        /// The target gets a whole checkpoint while the program runs, then all but its memory while
        /// it stands still, and the memory when it runs there. If source or target is lost before
        /// all is there, the program goes back to that checkpoint.
        POST_COPY
    }

    /// Bytes that went to the target.
    ///
    /// @param warm while the program ran
    /// @param last while it stood still
    public record Sent(long warm, long last) {
        /// Nothing yet.
        public static final Sent NOTHING = new Sent(0, 0);

        /// {@return all of them}
        public long total() {
            return warm + last;
        }
    }

    /// How far it is.
    public sealed interface Step {
        /// The program runs; the source sends its memory ahead.
        record Warming() implements Step {}

        /// The source stops the program, saves it and copies it to the target.
        record Leaving() implements Step {}

        /// The program stands still at the source; the target brings it back, and does not let it
        /// run yet.
        ///
        /// @param generation what it is brought back from, whole on both nodes
        /// @param stopped when the program was stopped
        record Arriving(long generation, Instant stopped) implements Step {}

        /// The process belongs to the target, which lets it run; the source kills what it has.
        record Resuming(long generation, Instant stopped) implements Step {}

        /// The program runs at the target, and pages of its memory are still at the source, where
        /// it stands still for that.
        ///
        /// @param downtime how long it stood still
        record Pulling(long generation, Duration downtime) implements Step {}

        /// The program runs at the target, or did.
        ///
        /// @param downtime how long it stood still; zero when it ended before it could be told
        record Moved(long generation, Duration downtime, Instant at) implements Step {}

        /// The program goes on at its source, unless it is over.
        record Aborted(String reason, Instant at) implements Step {}
    }

    /// {@return whether anything is still to be done for it}
    public boolean isActive() {
        return switch (step) {
            case Step.Warming _, Step.Leaving _, Step.Arriving _, Step.Resuming _, Step.Pulling _ ->
                    true;
            case Step.Moved _, Step.Aborted _ -> false;
        };
    }

    /// {@return whether the source must not let its incarnation run, as far as this state tells}
    public boolean holdsSource() {
        return switch (step) {
            case Step.Leaving _, Step.Arriving _, Step.Resuming _, Step.Pulling _ -> true;
            case Step.Warming _, Step.Moved _, Step.Aborted _ -> false;
        };
    }

    /// {@return whether the target may have a cell for the incarnation that arrives, which does not
    /// run yet}
    public boolean isExpected() {
        return switch (step) {
            case Step.Leaving _, Step.Arriving _ -> true;
            case Step.Warming _, Step.Resuming _, Step.Pulling _, Step.Moved _, Step.Aborted _ ->
                    false;
        };
    }

    /// {@return whether the source keeps the program standing still because the target has not all
    /// of its memory yet}
    public boolean isServed() {
        return mode == Mode.POST_COPY
                && switch (step) {
                    case Step.Arriving _, Step.Resuming _, Step.Pulling _ -> true;
                    case Step.Warming _, Step.Leaving _, Step.Moved _, Step.Aborted _ -> false;
                };
    }

    /// {@return the number of the generation that it moves by, of which the memory is still at the
    /// source; empty if there is none}
    public OptionalLong partial() {
        if (mode != Mode.POST_COPY) {
            return OptionalLong.empty();
        }
        return switch (step) {
            case Step.Arriving(var generation, _) -> OptionalLong.of(generation);
            case Step.Resuming(var generation, _) -> OptionalLong.of(generation);
            case Step.Pulling(var generation, _) -> OptionalLong.of(generation);
            case Step.Warming _, Step.Leaving _, Step.Moved _, Step.Aborted _ ->
                    OptionalLong.empty();
        };
    }

    /// {@return this migration one step on}
    public Migration at(Step next) {
        return new Migration(id, route, mode, limit, started, why, sent, next);
    }

    /// {@return this migration with other counts of bytes}
    public Migration withSent(Sent counted) {
        return new Migration(id, route, mode, limit, started, why, counted, step);
    }
}
