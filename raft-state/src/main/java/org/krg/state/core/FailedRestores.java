// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.FailedStart;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.StartFault;
import org.krg.state.model.UnfitNode;

/// Decides what follows when a node could not bring a process back from a generation.
///
/// What is the node's own fault keeps the node from being tried with that generation for a while,
/// and is no reason to give up what the program has done: it waits for a node that can. Only what
/// is the generation's fault makes place for an older one, or for the beginning; what nobody knows
/// is taken for it when a second node fails too.
final class FailedRestores {
    /// How long a node is left out after its first failure; doubled after each further one.
    static final Duration FIRST_PAUSE = Duration.ofMinutes(1);

    private FailedRestores() {}

    static Decision decide(
            ClusterImage image,
            HostedProcess process,
            Origin.Checkpoint from,
            ReportStartFailed report) {
        var generation =
                image.generations().require(new GenerationId(process.id(), from.generation()));
        return switch (fault(image, generation, report)) {
            case CHECKPOINT -> counted(image, process, from, report, generation.restoreFailed());
            case UNKNOWN ->
                    counted(
                            image,
                            process,
                            from,
                            report,
                            generation.restoreFailed().withUnfit(unfit(image, generation, report)));
            case NODE -> passedOn(image, process, from, report, generation);
        };
    }

    /// A node that fails again for a reason that nobody knows says nothing new; where it is the
    /// only one there is no other to find out by.
    private static StartFault fault(
            ClusterImage image, Generation generation, ReportStartFailed report) {
        if (report.fault() != StartFault.UNKNOWN) {
            return report.fault();
        }
        if (image.nodes().size() == 1) {
            return StartFault.CHECKPOINT;
        }
        return find(generation, report).isPresent() ? StartFault.NODE : StartFault.UNKNOWN;
    }

    private static Decision counted(
            ClusterImage image,
            HostedProcess process,
            Origin.Checkpoint from,
            ReportStartFailed report,
            Generation after) {
        var at = report.at();
        var reason = Text.bounded(report.reason());
        var failure = new FailedStart(report.node(), report.epoch(), from, reason, at);
        var failed = Recovery.failed(process, failure);
        var draft = new Draft(image);
        draft.add(new GenerationEvent.Changed(after, "a restore from it failed: " + reason));
        draft.add(
                next(draft.image(), failed, from, after)
                        .map(origin ->
                                new ProcessEvent(
                                        ProcessEvent.Kind.START_FAILED,
                                        failed.inPhase(new Phase.Waiting(origin, at, reason)),
                                        reason + "; it goes on " + Recovery.text(origin)))
                        .orElseGet(() ->
                                Recovery.lost(
                                        failed, reason + Recovery.hopeless(image, failed), at)));
        return draft.accept();
    }

    /// What may still be the nodes' fault is tried on another one first.
    private static Optional<Origin> next(
            ClusterImage image, HostedProcess failed, Origin.Checkpoint from, Generation after) {
        return after.isGood() && !after.unfit().isEmpty()
                ? Optional.of(from)
                : Recovery.origin(image, failed);
    }

    private static Decision passedOn(
            ClusterImage image,
            HostedProcess process,
            Origin.Checkpoint from,
            ReportStartFailed report,
            Generation generation) {
        var job = image.jobs().require(process.job()).name();
        var id = generation.id();
        var what =
                "node %s could not bring it back from checkpoint %s".formatted(report.node(), id);
        var reason =
                Text.bounded(
                        ("%s: %s; it waits for a node that can, `krg-admin job explain %s` tells what"
                                        + " each one lacks")
                                .formatted(what, bounded(report.reason()), job));
        var draft = new Draft(image);
        draft.add(
                new GenerationEvent.Changed(
                        generation.withUnfit(unfit(image, generation, report)), what));
        draft.add(
                new ProcessEvent(
                        ProcessEvent.Kind.START_FAILED,
                        process.inPhase(new Phase.Waiting(from, report.at(), reason)),
                        reason));
        Recovery.turn(draft, draft.image().processes().require(process.id()));
        return draft.accept();
    }

    /// Has every node tried again with the generations of that number of a job's processes.
    static void tryAllAgain(Draft draft, JobId job, long number) {
        for (var process : draft.image().processesOf(job)) {
            draft.image()
                    .generations()
                    .find(new GenerationId(process.id(), number))
                    .filter(generation -> !generation.unfit().isEmpty())
                    .map(generation -> generation.withUnfit(List.of()))
                    .map(next -> new GenerationEvent.Changed(next, "every node is tried again"))
                    .ifPresent(draft::add);
        }
    }

    /// {@return the nodes that could not restore it, with the one that failed now, by name}
    private static List<UnfitNode> unfit(
            ClusterImage image, Generation generation, ReportStartFailed report) {
        var starts = image.nodes().require(report.node()).agentStarts();
        var times =
                find(generation, report)
                        .filter(known -> known.agentStarts() == starts)
                        .map(known -> known.times() + 1)
                        .orElse(1);
        var all = new ArrayList<UnfitNode>();
        generation.unfit().stream()
                .filter(it -> !it.node().equals(report.node()))
                .filter(it -> image.nodes().find(it.node()).isPresent())
                .forEach(all::add);
        all.add(
                new UnfitNode(
                        report.node(),
                        starts,
                        times,
                        report.at().plus(pause(times)),
                        bounded(report.reason())));
        all.sort(Comparator.comparing(UnfitNode::node));
        return all;
    }

    private static Optional<UnfitNode> find(Generation generation, ReportStartFailed report) {
        return generation.unfit().stream()
                .filter(it -> it.node().equals(report.node()))
                .findFirst();
    }

    private static Duration pause(int times) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, 10));
        return pause.compareTo(UnfitNode.MAX_PAUSE) < 0 ? pause : UnfitNode.MAX_PAUSE;
    }

    private static String bounded(String reason) {
        return Text.bounded(reason, UnfitNode.MAX_REASON);
    }
}
