// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.command.GenerationCommand;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Decides about checkpoints.
final class GenerationRules {
    /// Good generations that a living process keeps: the newest may turn out to be damaged.
    static final int MIN_KEPT = 2;

    private GenerationRules() {}

    static Decision decide(ClusterImage image, GenerationCommand command) {
        return switch (command) {
            case CommitGeneration(var generation, var wanted) ->
                    image.processes()
                            .find(generation.id().process())
                            .map(process -> commit(image, process, generation, wanted))
                            .orElseGet(() -> unknown(generation.id().process()));
            case DropGeneration(var id) ->
                    image.generations()
                            .find(id)
                            .map(generation -> drop(image, generation))
                            .orElseGet(() -> unknown(id));
            case AddCopy(var id, var node) ->
                    image.generations()
                            .find(id)
                            .map(generation -> addCopy(image, generation, node))
                            .orElseGet(() -> unknown(id));
            case ReportCopies(var id, var copies) ->
                    image.generations()
                            .find(id)
                            .map(generation -> copies(image, generation, copies))
                            .orElseGet(() -> unknown(id));
            case ReportCheckpointFailed failed ->
                    image.processes()
                            .find(failed.process())
                            .map(process -> failed(image, process, failed))
                            .orElseGet(() -> unknown(failed.process()));
        };
    }

    private static Decision commit(
            ClusterImage image, HostedProcess process, Generation generation, int wanted) {
        var mayHave =
                process.phase() instanceof Phase.Running
                        || AdmitRules.awaitsGeneration(image, process);
        if (!process.epoch().equals(generation.epoch()) || !mayHave) {
            return ProcessRules.conflict(image, process, generation.epoch());
        }
        var job = image.jobs().require(process.job());
        if (job.spec().isParallel()) {
            return RankMoves.sentAhead(image, process, generation, wanted);
        }
        var problem = problem(image, process, generation, wanted);
        if (problem.isPresent()) {
            return problem.get();
        }
        var added = List.of(generation);
        var room = CheckpointQuota.room(image, job, added);
        var draft = new Draft(image);
        makeRoom(draft, List.of(process), room.orElse(List.of()));
        draft.add(
                new GenerationEvent.Committed(
                        generation, "copies on " + text(generation.copies())));
        if (room.isEmpty()) {
            // Its number is used: so all nodes remove what they have of it.
            draft.add(
                    new GenerationEvent.Dropped(
                            generation.id(), CheckpointQuota.tooMuch(image, job, added)));
            return draft.accept();
        }
        return draft.accept(generation.id().number());
    }

    /// Drops checkpoints of all ranks for newer ones to fit into the quota.
    static void makeRoom(Draft draft, List<HostedProcess> ranks, List<Long> numbers) {
        for (var number : numbers) {
            dropAll(draft, ranks, number, "for the quota of its job");
        }
    }

    private static void dropAll(
            Draft draft, List<HostedProcess> ranks, long number, String reason) {
        for (var rank : ranks) {
            var part = new GenerationId(rank.id(), number);
            if (draft.image().generations().find(part).isPresent()) {
                draft.add(new GenerationEvent.Dropped(part, reason));
            }
        }
    }

    /// {@return why a generation cannot be the process's newest one, or has too few copies}
    static Optional<Decision> problem(
            ClusterImage image, HostedProcess process, Generation generation, int wanted) {
        var needed = Math.max(image.copiesNeeded(process.job()), wanted);
        return newcomerProblem(image, process, generation)
                .or(() ->
                        generation.copies().size() >= needed
                                ? Optional.empty()
                                : Optional.of(
                                        Decision.refuse(
                                                Refusal.CONFLICT,
                                                ("checkpoint %s has %s copies and needs %s; copy it"
                                                                + " to more nodes first")
                                                        .formatted(
                                                                generation.id(),
                                                                generation.copies().size(),
                                                                needed))));
    }

    /// {@return why a generation cannot be the process's newest one}
    static Optional<Decision> newcomerProblem(
            ClusterImage image, HostedProcess process, Generation generation) {
        if (generation.id().number() <= process.lastGeneration()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.CONFLICT,
                            ("checkpoint %s is not newer than %s, the last one of its process; "
                                            + "take it again with a larger number")
                                    .formatted(generation.id(), process.lastGeneration())));
        }
        if (generation.restoreFailures() != 0 || !generation.unfit().isEmpty()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.INVALID,
                            "a new checkpoint has not failed to restore yet; send 0, and no nodes that could not"));
        }
        if (!generation.substitutes().isEmpty()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.INVALID,
                            "a new checkpoint has the files it was saved with; send no others"));
        }
        return holdersProblem(image, generation.copies())
                .map(problem -> Decision.refuse(Refusal.CONFLICT, problem));
    }

    /// What all ranks of a job have of one number goes together: alone it is of no use.
    private static Decision drop(ClusterImage image, Generation generation) {
        var id = generation.id();
        var process = image.processes().require(id.process());
        var ranks = image.processesOf(process.job());
        for (var rank : ranks) {
            if (isNeededBy(rank.phase(), new GenerationId(rank.id(), id.number()))) {
                return Decision.refuse(
                        Refusal.CONFLICT,
                        Text.of(image, rank)
                                + " is being restored from checkpoint "
                                + id.number()
                                + "; wait until it runs");
            }
        }
        var partial = PartialGenerations.problem(image, id);
        if (partial.isPresent()) {
            return partial.get();
        }
        if (RankMoves.isMovedBy(image, process, id.number())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "%s moves by checkpoint %s, which goes with the end of the move"
                            .formatted(Text.of(image, process), id));
        }
        var newest = image.goodGenerations(id.process()).stream().limit(MIN_KEPT).toList();
        if (image.lives(process.job()) && newest.contains(generation)) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    ("checkpoint %s is one of the two newest good ones of %s, which it may "
                                    + "need; wait for newer ones or until it has ended")
                            .formatted(id, Text.of(image, process)));
        }
        var draft = new Draft(image);
        dropAll(draft, ranks, id.number(), "no longer needed");
        return draft.accept();
    }

    static boolean isNeededBy(Phase phase, GenerationId id) {
        return switch (phase) {
            case Phase.Waiting(Origin.Checkpoint(var number), _, _, _) -> number == id.number();
            case Phase.Starting(_, Origin.Checkpoint(var number), _) -> number == id.number();
            case Phase.Waiting _, Phase.Starting _, Phase.Running _, Phase.Ended _ -> false;
        };
    }

    private static Decision addCopy(ClusterImage image, Generation generation, NodeId node) {
        if (generation.copies().contains(node)) {
            return Decision.accept();
        }
        var copies = new ArrayList<>(generation.copies());
        copies.add(node);
        return copies(image, generation, copies);
    }

    private static Decision copies(ClusterImage image, Generation generation, List<NodeId> copies) {
        var problem = holdersProblem(image, copies);
        if (problem.isPresent()) {
            return Decision.refuse(Refusal.CONFLICT, problem.get());
        }
        if (generation.copies().equals(copies)) {
            return Decision.accept();
        }
        var draft = new Draft(image);
        draft.add(
                new GenerationEvent.Changed(
                        generation.withCopies(copies), "copies on " + text(copies)));
        Recovery.turn(draft, image.processes().require(generation.id().process()));
        return draft.accept();
    }

    private static Decision failed(
            ClusterImage image, HostedProcess process, ReportCheckpointFailed report) {
        if (!process.epoch().equals(report.epoch())) {
            return ProcessRules.conflict(image, process, report.epoch());
        }
        return Decision.accept(
                new GenerationEvent.Failed(
                        process.id(), report.epoch(), Text.bounded(report.reason())));
    }

    static Optional<String> holdersProblem(ClusterImage image, List<NodeId> copies) {
        if (new TreeSet<>(copies).size() != copies.size()) {
            return Optional.of("a node is named twice as a holder of copies; name each once");
        }
        return copies.stream()
                .filter(node -> image.nodes().find(node).isEmpty())
                .findFirst()
                .map(node ->
                        "node "
                                + node
                                + " holds a copy but is not known; it has to register first");
    }

    private static String text(List<NodeId> copies) {
        return copies.isEmpty()
                ? "no node"
                : String.join(", ", copies.stream().map(NodeId::name).toList());
    }

    private static Decision unknown(ProcessId process) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no process " + process + "; its job was forgotten, or never was");
    }

    private static Decision unknown(GenerationId id) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no checkpoint "
                        + id
                        + "; `krg-admin checkpoint list` shows those there are");
    }
}
