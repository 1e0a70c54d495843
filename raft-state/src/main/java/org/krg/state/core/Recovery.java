// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.FailedStart;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;

/// What follows when an incarnation is over and its program did not say so.
final class Recovery {
    /// An incarnation that ran so long came up well: earlier failures no longer count.
    static final Duration STEADY = Duration.ofSeconds(10);

    /// The wait after the first failure; doubled after each further one.
    static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);

    /// The longest wait between two attempts.
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(1);

    private Recovery() {}

    /// {@return what the process can start from after its incarnation was lost, if anything}
    static Optional<Origin> origin(ClusterImage image, HostedProcess process) {
        Optional<Origin> saved =
                image.newestGood(process.id())
                        .map(generation -> new Origin.Checkpoint(generation.id().number()));
        return switch (image.jobs().require(process.job()).spec().recovery()) {
            case CHECKPOINT_THEN_START -> saved.or(() -> Optional.of(new Origin.Beginning()));
            case CHECKPOINT_ONLY -> saved;
            case NONE -> Optional.empty();
        };
    }

    /// {@return the event that ends the process's incarnation because of `reason`, a clause}
    ///
    /// @param pause before it goes on
    static ProcessEvent interrupted(
            ClusterImage image, HostedProcess process, String reason, Instant at, Duration pause) {
        if (image.jobs().require(process.job()).stop().isPresent()) {
            return lost(process, reason + " while it was being stopped", at);
        }
        return origin(image, process)
                .map(origin ->
                        new ProcessEvent(
                                ProcessEvent.Kind.INTERRUPTED,
                                process.inPhase(new Phase.Waiting(origin, at, pause, reason)),
                                reason + "; it goes on " + text(origin)))
                .orElseGet(() -> lost(process, reason + hopeless(image, process), at));
    }

    /// {@return the process without the failures that a long run has made up for}
    static HostedProcess settled(HostedProcess process, Instant at) {
        return ranSteadily(process, at) ? process.withFailures(List.of()) : process;
    }

    static boolean ranSteadily(HostedProcess process, Instant at) {
        return process.phase() instanceof Phase.Running(_, _, var since)
                && !since.plus(STEADY).isAfter(at);
    }

    /// {@return the process with one more failed start}
    static HostedProcess failed(HostedProcess process, FailedStart failure) {
        var failures = new ArrayList<>(process.failures());
        failures.add(failure);
        var surplus = Math.max(0, failures.size() - HostedProcess.MAX_FAILURES);
        return process.withFailures(failures.subList(surplus, failures.size()));
    }

    /// {@return the wait after so many failures in a row, from 1}
    static Duration backOff(int failures) {
        var doublings = Math.min(failures - 1, 30);
        var wait = FIRST_BACK_OFF.multipliedBy(1L << doublings);
        return wait.compareTo(MAX_BACK_OFF) < 0 ? wait : MAX_BACK_OFF;
    }

    /// Takes `node` out of every set of copies; processes that wait for a generation without copies
    /// turn to what is left.
    static void loseCopies(Draft draft, NodeId node, String reason) {
        for (var generation : draft.image().generations().values()) {
            if (generation.copies().contains(node)) {
                var left = generation.copies().stream().filter(copy -> !copy.equals(node)).toList();
                draft.add(new GenerationEvent.Changed(generation.withCopies(left), reason));
            }
        }
        draft.image().processes().values().forEach(process -> turn(draft, process));
    }

    /// Has a process that waits for a generation that nobody holds wait for another one, or for its
    /// beginning, where its policy allows it; else it goes on waiting for a copy to turn up.
    static void turn(Draft draft, HostedProcess process) {
        var image = draft.image();
        if (process.phase()
                        instanceof Phase.Waiting(Origin.Checkpoint from, var since, var pause, _)
                && !isHeld(image, process, from)) {
            var reason = "no node holds checkpoint " + from.generation();
            origin(image, process)
                    .map(origin -> new Phase.Waiting(origin, since, pause, reason))
                    .map(process::inPhase)
                    .map(next -> new ProcessEvent(ProcessEvent.Kind.INTERRUPTED, next, reason))
                    .ifPresent(draft::add);
        }
    }

    static String text(Origin origin) {
        return switch (origin) {
            case Origin.Beginning _ -> "from its beginning";
            case Origin.Checkpoint(var generation) -> "from checkpoint " + generation;
        };
    }

    static ProcessEvent lost(HostedProcess process, String reason, Instant at) {
        return ended(process, new Outcome.LostForGood(reason), reason, at);
    }

    static ProcessEvent ended(HostedProcess process, Outcome outcome, String detail, Instant at) {
        return new ProcessEvent(
                ProcessEvent.Kind.ENDED,
                process.inPhase(new Phase.Ended(outcome, process.lastNode(), at)),
                detail);
    }

    static String hopeless(ClusterImage image, HostedProcess process) {
        return switch (image.jobs().require(process.job()).spec().recovery()) {
            case NONE -> ", and its job asks for no recovery";
            case CHECKPOINT_ONLY, CHECKPOINT_THEN_START ->
                    ", and no checkpoint of it can be restored";
        };
    }

    private static boolean isHeld(
            ClusterImage image, HostedProcess process, Origin.Checkpoint from) {
        return image.generations()
                .find(new GenerationId(process.id(), from.generation()))
                .filter(generation -> !generation.copies().isEmpty())
                .isPresent();
    }
}
