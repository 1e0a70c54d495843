// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Migration;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.Verdict;

/// Why a job is where it is, or is not anywhere: sentences for people.
public final class Explanation {
    /// The latest moves of a process that are told.
    private static final int MOVES = 3;

    private Explanation() {}

    /// {@return the sentences, what is most asked for first}
    public static List<String> of(ClusterImage image, Job job) {
        var sentences = new ArrayList<String>();
        job.stop()
                .ifPresent(order ->
                        sentences.add(
                                "It was ordered to end at %s: signal %d, killed after %s s."
                                        .formatted(
                                                order.at(),
                                                order.signal(),
                                                Json.seconds(order.grace()))));
        for (var process : image.processesOf(job.id())) {
            explain(sentences, image, job, process);
        }
        return sentences;
    }

    private static void explain(
            List<String> sentences, ClusterImage image, Job job, HostedProcess process) {
        var name = job.name() + "/" + process.rank();
        sentences.add(name + " " + standing(process.phase()) + ".");
        image.migrations().values().reversed().stream()
                .filter(migration -> migration.route().process().equals(process.id()))
                .limit(MOVES)
                .map(Explanation::sentence)
                .forEach(sentences::add);
        process.decision().ifPresent(decision -> explain(sentences, decision));
        waitsFor(image, process).ifPresent(id -> sentences.add(advice(job, id)));
        for (var failed : process.failures()) {
            sentences.add(
                    "Start %s on %s from %s failed at %s: %s."
                            .formatted(
                                    failed.epoch(),
                                    failed.node(),
                                    ProcessView.text(failed.origin()),
                                    failed.at(),
                                    failed.reason()));
        }
        if (process.restarts() > 0) {
            sentences.add(
                    "It was started again %d times after it had ended, at most %d."
                            .formatted(process.restarts(), job.spec().restart().maxRestarts()));
        }
        sentences.add(wayBack(image, job, process));
    }

    private static String wayBack(ClusterImage image, Job job, HostedProcess process) {
        var newest = image.newestGood(process.id());
        if (newest.isEmpty()) {
            return "There is no checkpoint to go on from.";
        }
        var checkpoint =
                "checkpoint %s of %s, on %s"
                        .formatted(
                                newest.get().id(),
                                newest.get().taken(),
                                names(newest.get().copies()));
        if (process.phase() instanceof Phase.Ended) {
            return "Its newest is %s: `krg-admin checkpoint restore %s` brings it back."
                    .formatted(checkpoint, newest.get().id());
        }
        return job.spec().recovery() == RecoveryPolicy.NONE
                ? "If its node is lost it ends, since it was asked for no recovery; its newest is "
                        + checkpoint
                        + "."
                : "If its node is lost it goes on from " + checkpoint + ".";
    }

    /// {@return the checkpoint that a process waits to be brought back from, if a node could not}
    private static Optional<GenerationId> waitsFor(ClusterImage image, HostedProcess process) {
        return process.phase() instanceof Phase.Waiting(Origin.Checkpoint(var number), _, _, _)
                ? image.generations()
                        .find(new GenerationId(process.id(), number))
                        .filter(generation -> !generation.unfit().isEmpty())
                        .map(Generation::id)
                : Optional.empty();
    }

    private static String advice(Job job, GenerationId id) {
        return ("It goes on from checkpoint %s as soon as a node can, and from nothing older by itself:"
                        + " bring such a node up, or put right what one lacks. A node is tried again when"
                        + " its agent starts anew, after a while, or at once with `krg-admin checkpoint"
                        + " restore %s`. That takes it back to an older one too, of those that `krg-admin"
                        + " checkpoint list %s` shows.")
                .formatted(id, id, job.name());
    }

    private static String standing(Phase phase) {
        return switch (phase) {
            case Phase.Waiting waiting ->
                    "waits for a node, not before %s, to begin from %s: %s"
                            .formatted(
                                    waiting.notBefore(),
                                    ProcessView.text(waiting.origin()),
                                    waiting.reason());
            case Phase.Starting(var node, var origin, var since) ->
                    "is being brought up on %s from %s since %s"
                            .formatted(node, ProcessView.text(origin), since);
            case Phase.Running(var node, var origin, var since) ->
                    "runs on %s from %s since %s".formatted(node, ProcessView.text(origin), since);
            case Phase.Ended(var outcome, _, var at) -> how(outcome) + " at " + at;
        };
    }

    private static String how(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(var code, _) -> "exited with " + code;
            case Outcome.Signaled(var signal, _) -> "was ended by signal " + signal;
            case Outcome.NotStarted(_, var reason) -> "never started: " + reason;
            case Outcome.LostForGood(var reason) -> "was lost: " + reason;
            case Outcome.Cancelled _ -> "was stopped while it waited for a node";
        };
    }

    private static void explain(List<String> sentences, PlacementDecision decision) {
        sentences.add(
                decision.chosen()
                        .map(node ->
                                "Policy %s chose %s at %s."
                                        .formatted(decision.policy(), node, decision.at()))
                        .orElse(
                                "Policy %s found no node at %s."
                                        .formatted(decision.policy(), decision.at())));
        decision.verdicts().forEach(verdict -> sentences.add(sentence(verdict)));
    }

    private static String sentence(Migration migration) {
        var why = migration.why();
        return progress(migration) + (why.isEmpty() ? "." : ": " + why + ".");
    }

    private static String progress(Migration migration) {
        var route = migration.route();
        var what =
                "Operation %s moves it from %s to %s; "
                        .formatted(migration.id(), route.from(), route.to());
        return switch (migration.step()) {
            case Migration.Step.Warming _ -> what + "its memory is sent ahead while it runs";
            case Migration.Step.Leaving _ -> what + "it stands still and is saved";
            case Migration.Step.Arriving _ -> what + "it is brought back there";
            case Migration.Step.Resuming _ -> what + "it is there and about to run";
            case Migration.Step.Pulling _ -> what + "it runs there, and its memory follows";
            case Migration.Step.Moved(_, var downtime, var at) ->
                    "It moved from %s to %s at %s and stood still for %d ms"
                            .formatted(route.from(), route.to(), at, downtime.toMillis());
            case Migration.Step.Aborted(var reason, var at) ->
                    "Its move from %s to %s was given up at %s, %s"
                            .formatted(route.from(), route.to(), at, reason);
        };
    }

    private static String sentence(Verdict verdict) {
        var reasons = String.join("; ", verdict.reasons());
        return verdict.feasible()
                ? "%s scored %.3f: %s.".formatted(verdict.node(), verdict.score(), reasons)
                : "%s was rejected: %s.".formatted(verdict.node(), reasons);
    }

    private static String names(List<?> nodes) {
        return nodes.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
