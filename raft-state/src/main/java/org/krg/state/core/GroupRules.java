// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.state.event.Event;
import org.krg.state.event.ProcessEvent;
import org.krg.state.event.ProcessEvent.Kind;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.StopOrder;

/// Has the ranks of a parallel job share their fate, in the decision that changes one of them: when
/// one is lost or started again, all go back to the same origin, those that have ended too, for the
/// others may need once more what they sent; when one cannot be run, all end. That one's program
/// failed may be the consequence of another's loss: the leader tells the others to end when it is
/// sure that it is not.
final class GroupRules {
    private static final int SIGTERM = 15;

    /// What the other ranks get to end when one has failed.
    static final Duration GRACE = Duration.ofSeconds(10);

    private GroupRules() {}

    /// Where a job goes back to.
    ///
    /// @param cause the rank that the others follow, as it is then
    /// @param pause until no rank can run any more as it did
    private record Return(
            HostedProcess cause, Origin origin, Instant since, Duration pause, String reason) {
        private HostedProcess apply(HostedProcess rank) {
            var why =
                    rank.id().equals(cause.id())
                            ? reason
                            : "rank " + cause.rank() + " goes back: " + reason;
            return rank.inPhase(new Phase.Waiting(origin, since, pause, Text.bounded(why)))
                    .withRestarts(cause.restarts())
                    .withFrozen(cause.frozen());
        }
    }

    /// {@return the decision with what follows from it for other ranks}
    static Decision with(ClusterImage image, Decision decision) {
        if (!(decision instanceof Decision.Accept(var events, var created))) {
            return decision;
        }
        var jobs = concerned(image, events);
        if (jobs.isEmpty()) {
            return decision;
        }
        var after = new Draft(image);
        events.forEach(after::add);
        var returns = new TreeMap<JobId, Return>();
        jobs.forEach(job ->
                findReturn(image, after.image(), job, events)
                        .ifPresent(back -> returns.put(job, back)));
        var draft = new Draft(image);
        events.forEach(event -> draft.add(together(event, returns)));
        returns.forEach((job, back) -> {
            follow(draft, job, back);
            if (back.origin() instanceof Origin.Checkpoint(var generation)) {
                CutSegments.goBack(draft, job, generation);
            }
        });
        jobs.forEach(job -> endAll(draft, job, events));
        return draft.accept(created);
    }

    /// {@return the parallel jobs that something happened to that may concern all ranks}
    private static Set<JobId> concerned(ClusterImage image, List<Event> events) {
        var jobs = new TreeSet<JobId>();
        for (var event : events) {
            if (event instanceof ProcessEvent(var kind, var process, _)
                    && (goesBack(kind) || kind == Kind.ENDED)
                    && image.jobs().require(process.job()).spec().isParallel()) {
                jobs.add(process.job());
            }
        }
        return jobs;
    }

    private static boolean goesBack(Kind kind) {
        return switch (kind) {
            case INTERRUPTED, RESTARTING, START_FAILED -> true;
            case CREATED, PLACED, UNPLACED, STARTED, MOVED, FROZEN, UNFROZEN, ENDED, FORGOTTEN ->
                    false;
        };
    }

    private static Optional<Return> findReturn(
            ClusterImage before, ClusterImage after, JobId job, List<Event> events) {
        for (var event : events) {
            if (event instanceof ProcessEvent(var kind, var rank, _)
                    && rank.job().equals(job)
                    && goesBack(kind)
                    && rank.phase() instanceof Phase.Waiting(var origin, var since, _, var reason)
                    && !startsOver(before, kind, rank, origin)) {
                var pause =
                        after.processesOf(job).stream()
                                .map(other -> over(after, other, rank))
                                .max(Duration::compareTo)
                                .orElseThrow();
                return Optional.of(new Return(rank, origin, since, pause, reason));
            }
        }
        return Optional.empty();
    }

    /// Whether a rank that has not run yet tries the same again: the others wait for it.
    private static boolean startsOver(
            ClusterImage before, Kind kind, HostedProcess rank, Origin origin) {
        return kind == Kind.START_FAILED
                && before.processes().require(rank.id()).phase()
                        instanceof Phase.Starting(_, var tried, _)
                && tried.equals(origin);
    }

    /// {@return in how long `rank` cannot run any more and `cause` may go on: a rank that runs,
    /// when the lease of its node would be over if the node did not hear of it} Both times pass
    /// side by side. A rank that waits already has its whole pause again: how much of it is over
    /// only the leader's clock knows.
    private static Duration over(ClusterImage image, HostedProcess rank, HostedProcess cause) {
        var base = ((Phase.Waiting) cause.phase()).pause();
        return switch (rank.phase()) {
            case Phase.Waiting(_, _, var pause, _) -> pause;
            case Phase.Starting(var node, _, _) -> longer(base, fence(image, node));
            case Phase.Running(var node, _, _) -> longer(base, fence(image, node));
            case Phase.Ended _ -> base;
        };
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Duration fence(ClusterImage image, NodeId node) {
        return image.nodes().require(node).leaseTtl().plus(ProcessRules.AFTER_LEASE);
    }

    /// {@return the event of a rank that goes back, with when all may}
    private static Event together(Event event, Map<JobId, Return> returns) {
        if (event instanceof ProcessEvent(var kind, var rank, var detail)
                && rank.phase() instanceof Phase.Waiting(_, _, _, var reason)
                && returns.containsKey(rank.job())) {
            var back = returns.get(rank.job());
            var phase = new Phase.Waiting(back.origin(), back.since(), back.pause(), reason);
            return new ProcessEvent(kind, rank.inPhase(phase), detail);
        }
        return event;
    }

    private static void follow(Draft draft, JobId job, Return back) {
        for (var rank : draft.image().processesOf(job)) {
            var next = back.apply(rank);
            if (!isThere(rank, back)) {
                var reason = ((Phase.Waiting) next.phase()).reason();
                draft.add(
                        new ProcessEvent(
                                Kind.INTERRUPTED,
                                next,
                                reason + "; it goes on " + Recovery.text(back.origin())));
            }
        }
    }

    private static boolean isThere(HostedProcess rank, Return back) {
        return rank.phase() instanceof Phase.Waiting(var origin, var since, var pause, _)
                && origin.equals(back.origin())
                && since.equals(back.since())
                && pause.equals(back.pause());
    }

    private static void endAll(Draft draft, JobId id, List<Event> events) {
        var job = draft.image().jobs().require(id);
        var failed =
                events.stream()
                        .flatMap(event -> findFailed(event, id).stream())
                        .findFirst()
                        .filter(_ -> job.stop().isEmpty() && draft.image().lives(id));
        if (failed.isPresent() && failed.get().phase() instanceof Phase.Ended(_, _, var at)) {
            var order = new StopOrder(SIGTERM, GRACE, at);
            var why = "rank " + failed.get().rank() + " failed, and all ranks end together";
            JobRules.end(draft, job, order, why);
        }
    }

    private static Optional<HostedProcess> findFailed(Event event, JobId job) {
        return event instanceof ProcessEvent(var kind, var rank, _)
                        && kind == Kind.ENDED
                        && rank.job().equals(job)
                        && rank.phase() instanceof Phase.Ended(var outcome, _, _)
                        && cannotRun(outcome)
                ? Optional.of(rank)
                : Optional.empty();
    }

    private static boolean cannotRun(Outcome outcome) {
        return switch (outcome) {
            case Outcome.NotStarted _, Outcome.LostForGood _, Outcome.Cancelled _ -> true;
            case Outcome.Exited _, Outcome.Signaled _ -> false;
        };
    }
}
