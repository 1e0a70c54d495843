// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.JobCommand;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Identity;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StopOrder;

/// Decides about jobs.
final class JobRules {
    /// Processes that live at once: the image stays in memory on every node.
    static final int MAX_LIVING = 100_000;

    /// Processes of one user that wait for a node at once: the leader asks the policy about each,
    /// again and again, and nobody else is to be kept out by one user's queue.
    static final int MAX_WAITING_OF_USER = 10_000;

    /// Jobs that are over and still shown.
    static final int MAX_ENDED = 1_000;

    /// Jobs that one submission makes room for: an operation stays small, and since it adds only
    /// one, their number still falls.
    static final int MAX_FORGOTTEN = 16;

    /// The longest time between a stop's signal and the kill.
    static final Duration MAX_GRACE = Duration.ofDays(1);

    /// The largest signal number of Linux, SIGRTMAX.
    static final int MAX_SIGNAL = 64;

    private JobRules() {}

    static Decision decide(ClusterImage image, JobCommand command) {
        return switch (command) {
            case SubmitJob submit -> submit(image, submit);
            case AdmitJob admit -> AdmitRules.admit(image, admit);
            case StopJob(var id, var order) ->
                    image.jobs()
                            .find(id)
                            .map(job -> stop(image, job, order))
                            .orElseGet(() ->
                                    Decision.refuse(
                                            Refusal.NOT_FOUND,
                                            "there is no job "
                                                    + id
                                                    + "; `krg-admin job list` shows "
                                                    + "those there are"));
        };
    }

    private static Decision submit(ClusterImage image, SubmitJob submit) {
        var problem = JobCheck.nameProblem(submit.name()).or(() -> JobCheck.problem(submit.spec()));
        if (problem.isPresent()) {
            return Decision.refuse(Refusal.INVALID, problem.get());
        }
        var holder = findLiving(image, submit.name());
        if (holder.isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "%s lives; stop it, or give the new job another name"
                            .formatted(Text.of(holder.get())));
        }
        var shared = OwnDirectories.problem(image, submit.spec(), Optional.empty());
        if (shared.isPresent()) {
            return shared.get();
        }
        if (countLiving(image) + submit.spec().ranks() > MAX_LIVING) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "there are at most "
                            + MAX_LIVING
                            + " living processes; wait until some have ended");
        }
        var user = submit.spec().runAs();
        if (countWaiting(image, user) + submit.spec().ranks() > MAX_WAITING_OF_USER) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    ("at most %d processes of a user may wait for a node, and those of %s would be"
                                    + " more; wait until some have one, or stop some of the jobs")
                            .formatted(MAX_WAITING_OF_USER, user.name()));
        }
        var draft = new Draft(image);
        forgetOldest(draft);
        create(draft, submit);
        var job = new JobId(image.nextNumber());
        for (var rank = 0; rank < submit.spec().ranks(); rank++) {
            var process = new ProcessId(job.value() + 1 + rank);
            var pool = submit.spec().cellNetwork();
            var address = pool.flatMap(it -> Addresses.choose(draft.image(), it, process));
            if (pool.isPresent() && address.isEmpty()) {
                return Decision.refuse(
                        Refusal.LIMIT,
                        ("all %d addresses of %s are in use; wait until some processes have"
                                        + " ended, or give the nodes a larger pool")
                                .formatted(pool.get().size(), pool.get()));
            }
            create(draft, job, process, rank, submit, address);
        }
        return draft.accept(job.value());
    }

    private static void create(Draft draft, SubmitJob submit) {
        var number = draft.image().nextNumber();
        var job =
                new Job(
                        new JobId(number),
                        submit.name(),
                        submit.spec(),
                        submit.owner(),
                        submit.at(),
                        Optional.empty());
        var who = "submitted by " + job.owner().name();
        draft.add(new JobEvent(JobEvent.Kind.SUBMITTED, job, who));
    }

    private static void create(
            Draft draft,
            JobId job,
            ProcessId id,
            int rank,
            SubmitJob submit,
            Optional<Ipv4Address> address) {
        var process =
                new HostedProcess(
                        id,
                        job,
                        rank,
                        Epoch.ZERO,
                        new Phase.Waiting(new Origin.Beginning(), submit.at(), "new"),
                        0,
                        List.of(),
                        Optional.empty());
        draft.add(
                new ProcessEvent(
                        ProcessEvent.Kind.CREATED,
                        address.map(process::withAddress).orElse(process),
                        address.map(it -> "address " + it).orElse("")));
    }

    private static Decision stop(ClusterImage image, Job job, StopOrder order) {
        if (order.signal() < 1 || order.signal() > MAX_SIGNAL) {
            return Decision.refuse(
                    Refusal.INVALID, "a signal is a number from 1 to 64, not " + order.signal());
        }
        if (order.grace().isNegative() || order.grace().compareTo(MAX_GRACE) > 0) {
            return Decision.refuse(
                    Refusal.INVALID, "a job gets between no time and one day to end");
        }
        if (!image.lives(job.id()) && !AdmitRules.awaitsGeneration(image, job)) {
            return Decision.refuse(Refusal.CONFLICT, Text.of(job) + " has ended already");
        }
        if (job.stop().filter(first -> !order.deadline().isBefore(first.deadline())).isPresent()) {
            return Decision.accept();
        }
        var draft = new Draft(image);
        end(draft, job, order, "signal " + order.signal() + ", killed after " + order.grace());
        return draft.accept();
    }

    /// Has all processes of a job end.
    static void end(Draft draft, Job job, StopOrder order, String detail) {
        draft.add(new JobEvent(JobEvent.Kind.STOP_ORDERED, job.stopping(order), detail));
        for (var process : draft.image().processesOf(job.id())) {
            if (process.phase() instanceof Phase.Waiting) {
                draft.add(
                        Recovery.ended(
                                process,
                                new Outcome.Cancelled(),
                                "stopped while it waited for a node",
                                order.at()));
            }
        }
    }

    /// {@return the job of that name that lives, if any}
    static Optional<Job> findLiving(ClusterImage image, String name) {
        return image.findJob(name).filter(job -> image.lives(job.id()));
    }

    private static long countLiving(ClusterImage image) {
        return image.processes().size() < MAX_LIVING
                ? image.processes().size()
                : image.processes().stream()
                        .filter(entry -> !(entry.value().phase() instanceof Phase.Ended))
                        .count();
    }

    private static long countWaiting(ClusterImage image, Identity user) {
        return image.jobs().values().stream()
                .filter(job -> job.spec().runAs().uid() == user.uid())
                .flatMap(job -> image.processesOf(job.id()).stream())
                .filter(process -> process.phase() instanceof Phase.Waiting)
                .count();
    }

    static void forgetOldest(Draft draft) {
        var image = draft.image();
        if (image.jobs().size() <= MAX_ENDED) {
            return;
        }
        var ended = image.jobs().values().stream().filter(job -> !image.lives(job.id())).toList();
        var surplus = Math.clamp((long) ended.size() - MAX_ENDED, 0, MAX_FORGOTTEN);
        ended.subList(0, surplus).forEach(job -> forget(draft, job));
    }

    private static void forget(Draft draft, Job job) {
        var reason = Text.of(job) + " ended long ago";
        for (var process : draft.image().processesOf(job.id())) {
            for (var generation : draft.image().generationsOf(process.id())) {
                draft.add(new GenerationEvent.Dropped(generation.id(), reason));
            }
            draft.add(new ProcessEvent(ProcessEvent.Kind.FORGOTTEN, process, reason));
        }
        draft.add(new JobEvent(JobEvent.Kind.FORGOTTEN, job, reason));
    }
}
