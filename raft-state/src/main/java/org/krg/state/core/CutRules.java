// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.command.CutCommand;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportPagesKept;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.JobEvent.Kind;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GroupCut;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.GroupCut.Part;
import org.krg.state.model.GroupCut.State;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Decides about checkpoints of all ranks of a job. What else happens to a rank gives one up:
/// [CutEnds].
final class CutRules {
    private CutRules() {}

    static Decision decide(ClusterImage image, CutCommand command) {
        return switch (command) {
            case BeginCut(var id, var pinned, _) ->
                    image.jobs()
                            .find(id)
                            .map(job -> begin(image, job, pinned))
                            .orElseGet(() -> unknown(id));
            case ReportStill(var process, var epoch, var number, var held) ->
                    part(
                            image,
                            process,
                            epoch,
                            number,
                            (job, cut, rank) -> still(image, job, cut, rank, held));
            case ReportPagesKept(var process, var epoch, var number) ->
                    part(
                            image,
                            process,
                            epoch,
                            number,
                            (job, cut, rank) -> pagesKept(image, job, cut, rank));
            case ReportSaved saved -> {
                var generation = saved.generation();
                yield part(
                        image,
                        generation.id().process(),
                        generation.epoch(),
                        generation.id().number(),
                        (job, cut, rank) -> saved(image, job, cut, rank, saved));
            }
            case AbandonCut(var id, var number, var reason) ->
                    image.jobs()
                            .find(id)
                            .map(job -> abandon(job, number, reason))
                            .orElseGet(() -> unknown(id));
        };
    }

    private static Decision begin(ClusterImage image, Job job, boolean pinned) {
        if (!job.spec().isParallel()) {
            return Decision.refuse(
                    Refusal.INVALID, Text.of(job) + " has one process, which is saved by itself");
        }
        if (job.spec().checkpoint().engine() != Engine.CRIU) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "%s is of the engine `%s`, which does not save several ranks as one; submit it with `--engine criu`"
                            .formatted(Text.of(job), job.spec().checkpoint().engine().word()));
        }
        if (job.stop().isPresent()) {
            return Decision.refuse(Refusal.CONFLICT, Text.of(job) + " was ordered to end");
        }
        var other = job.activeCut();
        if (other.isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "checkpoint %d of %s is being taken; wait for it"
                            .formatted(other.get().number(), Text.of(job)));
        }
        var ranks = image.processesOf(job.id());
        var idle = ranks.stream().filter(it -> !(it.phase() instanceof Phase.Running)).findFirst();
        if (idle.isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "%s does not run, and ranks are saved together or not at all; `krg-admin job explain %s` tells more"
                            .formatted(Text.of(image, idle.get()), job.name()));
        }
        var moving =
                ranks.stream()
                        .flatMap(rank -> image.activeMigration(rank.id()).stream())
                        .findFirst();
        if (moving.isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "a rank of %s is being moved by operation %s; wait for it or cancel it"
                            .formatted(Text.of(job), moving.get().id()));
        }
        var number = image.lastNumber(job.id()) + 1;
        var parts = ranks.stream().map(it -> Part.of(it.epoch())).toList();
        var cut = new GroupCut(number, pinned, parts, List.of(), new State.UnderWay());
        var draft = new Draft(image);
        draft.add(
                new JobEvent(
                        Kind.CUT_BEGUN,
                        job.withCut(cut),
                        "checkpoint %d of %d ranks".formatted(number, ranks.size())));
        return draft.accept(number);
    }

    /// What a rank of a cut that is under way has done.
    private interface Done {
        Decision decide(Job job, GroupCut cut, HostedProcess rank);
    }

    private static Decision part(
            ClusterImage image, ProcessId id, Epoch epoch, long number, Done done) {
        var found = image.processes().find(id);
        if (found.isEmpty()) {
            return Decision.refuse(
                    Refusal.NOT_FOUND,
                    "there is no process " + id + "; its job was forgotten, or never was");
        }
        var rank = found.get();
        var job = image.jobs().require(rank.job());
        var cut = job.activeCut().filter(it -> it.number() == number);
        if (cut.isEmpty()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "checkpoint %d of %s is not being taken; look again"
                            .formatted(number, Text.of(job)));
        }
        return rank.epoch().equals(epoch)
                ? done.decide(job, cut.get(), rank)
                : ProcessRules.conflict(image, rank, epoch);
    }

    private static Decision still(
            ClusterImage image, Job job, GroupCut cut, HostedProcess rank, List<Held> held) {
        var part = cut.parts().get(rank.rank());
        if (part.still()) {
            return Decision.accept();
        }
        var next = cut.with(rank.rank(), part.standing(held));
        if (!next.isStill()) {
            return advanced(job, next, Text.of(image, rank) + " stands still");
        }
        return CutSegments.problem(image, job, next)
                .<Decision>map(problem -> Decision.accept(abandoned(job, next, problem)))
                .orElseGet(() ->
                        advanced(job, CutSegments.with(image, next), "all ranks stand still"));
    }

    private static Decision advanced(Job job, GroupCut cut, String detail) {
        return Decision.accept(new JobEvent(Kind.CUT_ADVANCED, job.withCut(cut), detail));
    }

    private static Decision pagesKept(
            ClusterImage image, Job job, GroupCut cut, HostedProcess rank) {
        if (!cut.isStill()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "pages of shared memory cannot be kept for checkpoint %d: not all ranks stand still yet"
                            .formatted(cut.number()));
        }
        var part = cut.parts().get(rank.rank());
        return part.pagesKept()
                ? Decision.accept()
                : advanced(
                        job,
                        cut.with(rank.rank(), part.withPages()),
                        Text.of(image, rank) + " has kept pages of shared memory");
    }

    private static Decision saved(
            ClusterImage image, Job job, GroupCut cut, HostedProcess rank, ReportSaved report) {
        var generation = report.generation();
        if (!cut.isStill()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "checkpoint %s cannot be kept: not all ranks stand still yet"
                            .formatted(generation.id()));
        }
        if (!cut.mayGoOn()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "checkpoint %s cannot be kept: not all pages of shared memory are kept yet"
                            .formatted(generation.id()));
        }
        var known = cut.parts().get(rank.rank()).saved();
        if (known.isPresent()) {
            return known.get().equals(generation)
                    ? Decision.accept()
                    : Decision.refuse(
                            Refusal.CONFLICT,
                            "checkpoint " + generation.id() + " was taken already");
        }
        var problem = GenerationRules.problem(image, rank, generation, report.copiesWanted());
        if (problem.isPresent()) {
            return problem.get();
        }
        var part = cut.parts().get(rank.rank()).withSaved(generation);
        var next = cut.with(rank.rank(), part);
        return next.parts().stream().allMatch(it -> it.saved().isPresent())
                ? commit(image, job, next)
                : advanced(job, next, Text.of(image, rank) + " is saved");
    }

    private static Decision commit(ClusterImage image, Job job, GroupCut cut) {
        var saved = cut.parts().stream().map(part -> part.saved().orElseThrow()).toList();
        var room = CheckpointQuota.room(image, job, saved);
        if (room.isEmpty()) {
            return Decision.accept(abandoned(job, cut, CheckpointQuota.tooMuch(image, job, saved)));
        }
        var draft = new Draft(image);
        GenerationRules.makeRoom(draft, image.processesOf(job.id()), room.get());
        for (var rank = 0; rank < cut.parts().size(); rank++) {
            var generation = saved.get(rank).withSegments(cut.keptBy(rank));
            draft.add(
                    new GenerationEvent.Committed(generation, "with all ranks of " + Text.of(job)));
        }
        draft.add(
                new JobEvent(
                        Kind.CUT_COMMITTED,
                        job.withCut(cut.over(new State.Committed())),
                        "checkpoint %d of %d ranks".formatted(cut.number(), cut.parts().size())));
        return draft.accept();
    }

    private static Decision abandon(Job job, long number, String reason) {
        var cut = job.cut().filter(it -> it.number() == number);
        if (cut.isEmpty()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "checkpoint %d of %s is not being taken; look again"
                            .formatted(number, Text.of(job)));
        }
        return cut.get().isUnderWay()
                ? Decision.accept(abandoned(job, cut.get(), reason))
                : Decision.accept();
    }

    static JobEvent abandoned(Job job, GroupCut cut, String reason) {
        var why = Text.bounded(reason);
        return new JobEvent(
                Kind.CUT_ABANDONED, job.withCut(cut.over(new State.Abandoned(why))), why);
    }

    private static Decision unknown(JobId job) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no job " + job + "; `krg-admin job list` shows those there are");
    }
}
