// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.ProcessCommand;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.Refusal;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// Decides how an incarnation of a process begins; [EndRules] decide how it ends.
final class ProcessRules {
    /// What passes after a lease before its work is begun elsewhere, as for a lost node.
    static final Duration AFTER_LEASE = Duration.ofMillis(500);

    private ProcessRules() {}

    static Decision decide(ClusterImage image, ProcessCommand command) {
        var found = image.processes().find(command.process());
        if (found.isEmpty()) {
            return Decision.refuse(
                    Refusal.NOT_FOUND,
                    "there is no process "
                            + command.process()
                            + "; `krg-admin ps` shows those there are");
        }
        var process = found.get();
        return switch (command) {
            case Place place -> place(image, process, place);
            case RecordUnplaced unplaced -> unplaced(image, process, unplaced);
            case ReportStarted started -> started(image, process, started);
            case ReportStartFailed failed -> EndRules.startFailed(image, process, failed);
            case ReportExit exit -> EndRules.exited(image, process, exit);
            case ReportVanished vanished -> EndRules.vanished(image, process, vanished);
            case RestoreFrom restore -> restore(image, process, restore);
            case SetFrozen(_, var frozen) -> FreezeRules.decide(image, process, frozen);
        };
    }

    private static Decision place(ClusterImage image, HostedProcess process, Place place) {
        var node = place.node();
        if (!place.decision().chosen().equals(Optional.of(node))) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "the decision does not choose node " + node + "; propose what it chooses");
        }
        if (!(process.phase() instanceof Phase.Waiting waiting)
                || !process.epoch().equals(place.expected())) {
            return conflict(image, process, place.expected());
        }
        if (!isReady(image, node)) {
            return Decision.refuse(
                    Refusal.CONFLICT, "node " + node + " is not ready; choose another one");
        }
        if (image.nodes().require(node).cordoned()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "node " + node + " is cordoned and gets nothing new; choose another one");
        }
        // The leader has measured the pause; this one began after it proposed.
        if (place.at().isBefore(waiting.notBefore())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    Text.of(image, process)
                            + " is to be placed not before "
                            + waiting.notBefore()
                            + "; propose it again then");
        }
        var starting = new Phase.Starting(node, waiting.origin(), place.at());
        return Decision.accept(
                new ProcessEvent(
                        ProcessEvent.Kind.PLACED,
                        process.placed(node, starting, place.decision()),
                        "on " + node + " " + Recovery.text(waiting.origin())));
    }

    private static Decision unplaced(
            ClusterImage image, HostedProcess process, RecordUnplaced unplaced) {
        var decision = unplaced.decision();
        if (decision.chosen().isPresent()) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "the decision chooses node "
                            + decision.chosen().get()
                            + "; propose to place the process there");
        }
        if (!(process.phase() instanceof Phase.Waiting)
                || !process.epoch().equals(unplaced.expected())) {
            return conflict(image, process, unplaced.expected());
        }
        if (process.decision().filter(known -> saysTheSame(known, decision)).isPresent()) {
            return Decision.accept();
        }
        return Decision.accept(
                new ProcessEvent(
                        ProcessEvent.Kind.UNPLACED,
                        process.withDecision(decision),
                        "none of " + decision.verdicts().size() + " nodes can take it now"));
    }

    private static Decision started(
            ClusterImage image, HostedProcess process, ReportStarted report) {
        var node = report.node();
        var current = process.epoch().equals(report.epoch());
        return switch (process.phase()) {
            case Phase.Starting(var on, var origin, _) when current && on.equals(node) ->
                    Decision.accept(
                            new ProcessEvent(
                                    ProcessEvent.Kind.STARTED,
                                    process.inPhase(new Phase.Running(node, origin, report.at())),
                                    "on " + node + " " + Recovery.text(origin)));
            case Phase.Running(var on, _, _) when current && on.equals(node) -> Decision.accept();
            case Phase.Waiting _, Phase.Starting _, Phase.Running _, Phase.Ended _ ->
                    conflict(image, process, report.epoch());
        };
    }

    private static Decision restore(
            ClusterImage image, HostedProcess process, RestoreFrom restore) {
        for (var rank : image.processesOf(process.job())) {
            var problem = problem(image, rank, restore.generation());
            if (problem.isPresent()) {
                return problem.get();
            }
        }
        var partial =
                PartialGenerations.problem(
                        image, new GenerationId(process.id(), restore.generation()));
        if (partial.isPresent()) {
            return partial.get();
        }
        var unfit = SubstituteRules.problem(image, process, restore);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        var job = image.jobs().require(process.job());
        if (job.stop().isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    Text.of(job) + " was ordered to end and cannot be restored; submit it again");
        }
        var holder = JobRules.findLiving(image, job.name());
        if (holder.filter(other -> !other.id().equals(job.id())).isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "%s lives; stop it before the ended job of that name is restored"
                            .formatted(Text.of(holder.get())));
        }
        var shared = OwnDirectories.problem(image, job.spec(), Optional.of(job.id()));
        if (shared.isPresent()) {
            return shared.get();
        }
        return takenAddress(image, process).orElseGet(() -> restoreFrom(image, process, restore));
    }

    /// All ranks come back, also those that have ended.
    private static Optional<Decision> takenAddress(ClusterImage image, HostedProcess process) {
        for (var rank : image.processesOf(process.job())) {
            var other = Addresses.findOther(image, rank);
            if (other.isPresent()) {
                return Optional.of(
                        Decision.refuse(
                                Refusal.CONFLICT,
                                "%s has the address %s now, which is in the checkpoint; stop it first"
                                        .formatted(
                                                Text.of(image, other.get()),
                                                rank.address().orElseThrow())));
            }
        }
        return Optional.empty();
    }

    /// {@return why a process cannot go back to its generation of that number}
    private static Optional<Decision> problem(
            ClusterImage image, HostedProcess process, long generation) {
        var id = new GenerationId(process.id(), generation);
        if (image.generations().find(id).isEmpty()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.NOT_FOUND,
                            "there is no checkpoint "
                                    + id
                                    + "; `krg-admin checkpoint list` shows those there are"));
        }
        if (image.generations().require(id).copies().isEmpty()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.CONFLICT,
                            "no node holds a whole copy of checkpoint "
                                    + id
                                    + "; choose another one"));
        }
        var host = process.phase().host();
        return host.filter(node -> !isReady(image, node))
                .map(node ->
                        Decision.refuse(
                                Refusal.CONFLICT,
                                ("%s may still run on node %s, which is lost; bring the "
                                                + "node back or fence it first")
                                        .formatted(Text.of(image, process), node)));
    }

    private static Decision restoreFrom(
            ClusterImage image, HostedProcess process, RestoreFrom restore) {
        var host = process.phase().host();
        // A host that is out of touch runs the old incarnation until its lease is over.
        var pause =
                host.map(node -> image.nodes().require(node).leaseTtl().plus(AFTER_LEASE))
                        .orElse(Duration.ZERO);
        var origin = new Origin.Checkpoint(restore.generation());
        var reason = "an operator takes it back to checkpoint " + restore.generation();
        var waiting =
                process.inPhase(new Phase.Waiting(origin, restore.at(), pause, reason))
                        .withFrozen(restore.frozen());
        var draft = new Draft(image);
        var id = new GenerationId(process.id(), restore.generation());
        FailedRestores.tryAllAgain(draft, process.job(), restore.generation());
        SubstituteRules.chosen(draft.image().generations().require(id), restore.substitutes())
                .ifPresent(draft::add);
        draft.add(new ProcessEvent(ProcessEvent.Kind.INTERRUPTED, waiting, reason));
        host.filter(node -> mayStay(image, process, node))
                .map(node -> inPlace(waiting, node, new Phase.Starting(node, origin, restore.at())))
                .ifPresent(draft::add);
        return draft.accept();
    }

    /// Ranks go back together, and to be placed anew is what a cordoned node is waited for.
    private static boolean mayStay(ClusterImage image, HostedProcess process, NodeId host) {
        return !image.nodes().require(host).cordoned()
                && !image.jobs().require(process.job()).spec().isParallel();
    }

    /// Where it ran its node itself sees to it that the old incarnation is over first: nothing has
    /// to be waited for. If the node is out of touch its lease decides, as for any process.
    private static ProcessEvent inPlace(
            HostedProcess waiting, NodeId host, Phase.Starting starting) {
        var verdict = new Verdict(host, true, 0, List.of("it is taken back where it runs"));
        var decision =
                new PlacementDecision(
                        "in-place@1", Optional.of(host), List.of(verdict), starting.since());
        return new ProcessEvent(
                ProcessEvent.Kind.PLACED,
                waiting.placed(host, starting, decision),
                "on " + host + " " + Recovery.text(starting.origin()));
    }

    /// {@return the refusal of a command that was made for another state of the process}
    static Decision conflict(ClusterImage image, HostedProcess process, Epoch expected) {
        return Decision.refuse(
                Refusal.CONFLICT,
                "%s is %s in epoch %s, and this is about epoch %s: the state moved on, look again"
                        .formatted(
                                Text.of(image, process),
                                text(process.phase()),
                                process.epoch(),
                                expected));
    }

    private static String text(Phase phase) {
        return switch (phase) {
            case Phase.Waiting _ -> "waiting";
            case Phase.Starting(var node, _, _) -> "starting on " + node;
            case Phase.Running(var node, _, _) -> "running on " + node;
            case Phase.Ended _ -> "over";
        };
    }

    private static boolean isReady(ClusterImage image, NodeId node) {
        return image.nodes()
                .find(node)
                .map(Node::state)
                .filter(Node.State.READY::equals)
                .isPresent();
    }

    private static boolean saysTheSame(PlacementDecision known, PlacementDecision latest) {
        return known.policy().equals(latest.policy())
                && known.chosen().equals(latest.chosen())
                && known.verdicts().equals(latest.verdicts());
    }
}
