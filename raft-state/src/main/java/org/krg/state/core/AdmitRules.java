// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import java.util.Optional;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.event.JobEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Decides about jobs that come from checkpoints of others, in archives or in this cluster.
final class AdmitRules {
    private AdmitRules() {}

    static Decision admit(ClusterImage image, AdmitJob admit) {
        var problem =
                JobCheck.nameProblem(admit.name())
                        .or(() -> JobCheck.problem(admit.spec()))
                        .or(() -> addressProblem(admit))
                        .or(() -> ranksProblem(admit));
        if (problem.isPresent()) {
            return Decision.refuse(Refusal.INVALID, problem.get());
        }
        var holder = JobRules.findLiving(image, admit.name());
        if (holder.isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "%s lives; stop it, or give the new job another name"
                            .formatted(Text.of(holder.get())));
        }
        var draft = new Draft(image);
        JobRules.forgetOldest(draft);
        var number = image.nextNumber();
        var job =
                new Job(
                        new JobId(number),
                        admit.name(),
                        admit.spec(),
                        admit.owner(),
                        admit.at(),
                        Optional.empty());
        var who = "from a checkpoint of another job, admitted by " + job.owner().name();
        draft.add(new JobEvent(JobEvent.Kind.SUBMITTED, job, who));
        draft.add(
                new ProcessEvent(
                        ProcessEvent.Kind.CREATED, process(number, admit), "not restored yet"));
        return draft.accept(number);
    }

    private static HostedProcess process(long number, AdmitJob admit) {
        var process =
                new HostedProcess(
                        new ProcessId(number + 1),
                        new JobId(number),
                        0,
                        Epoch.ZERO,
                        new Phase.Ended(new Outcome.Cancelled(), Optional.empty(), admit.at()),
                        0,
                        List.of(),
                        Optional.empty());
        return admit.address().map(process::withAddress).orElse(process);
    }

    private static Optional<String> addressProblem(AdmitJob admit) {
        var pool = admit.spec().cellNetwork();
        var fits =
                pool.map(it -> admit.address().filter(it::contains).isPresent())
                        .orElse(admit.address().isEmpty());
        return fits
                ? Optional.empty()
                : Optional.of(
                        "the process is to have %s, its job's are of %s; take the archive again"
                                .formatted(
                                        admit.address()
                                                .map(Ipv4Address::toString)
                                                .orElse("no address"),
                                        pool.map(AddressPool::toString).orElse("no pool")));
    }

    private static Optional<String> ranksProblem(AdmitJob admit) {
        return admit.spec().isParallel()
                ? Optional.of(
                        "an archive has one process, and this one is a rank of %d; submit the job"
                                .formatted(admit.spec().ranks()))
                : Optional.empty();
    }

    /// {@return whether the first generation of a job's process is still to come, because the job
    /// was admitted for it} To stop such a job gives it up.
    static boolean awaitsGeneration(ClusterImage image, Job job) {
        return image.processesOf(job.id()).stream()
                .anyMatch(process -> awaitsGeneration(image, process));
    }

    /// {@return whether a process came with such a job and has not run here} The first generation
    /// of it is taken in then.
    static boolean awaitsGeneration(ClusterImage image, HostedProcess process) {
        return image.jobs().require(process.job()).stop().isEmpty()
                && process.epoch().equals(Epoch.ZERO)
                && process.lastGeneration() == 0
                && process.phase() instanceof Phase.Ended(Outcome.Cancelled(), var node, _)
                && node.isEmpty();
    }
}
