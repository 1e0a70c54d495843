// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Revision;

/// All cluster objects at one revision. Immutable; users' keys are not in it.
///
/// @param nextNumber the number that the next job, process, lease, migration or segment gets
public record ClusterImage(
        Revision revision,
        long nextNumber,
        Table<NodeId, Node> nodes,
        Table<JobId, Job> jobs,
        Table<ProcessId, HostedProcess> processes,
        Table<GenerationId, Generation> generations,
        Leases leases,
        Access access,
        Table<MigrationId, Migration> migrations,
        Segments segments,
        SyncState sync,
        Policies policies) {

    /// Before anything was agreed.
    public static final ClusterImage EMPTY =
            new ClusterImage(
                    Revision.ZERO,
                    1,
                    Table.empty(),
                    Table.empty(),
                    Table.empty(),
                    Table.empty(),
                    Leases.EMPTY,
                    Access.EMPTY,
                    Table.empty(),
                    Segments.EMPTY,
                    SyncState.EMPTY,
                    Policies.NONE);

    /// {@return the processes of a job in the order of their ranks}
    public List<HostedProcess> processesOf(JobId job) {
        // Numbers are given to a job and then to its processes, rank by rank.
        return processes
                .from(new ProcessId(job.value()))
                .map(Table.Entry::value)
                .takeWhile(process -> process.job().compareTo(job) <= 0)
                .filter(process -> process.job().equals(job))
                .toList();
    }

    /// {@return how many copies a checkpoint of a job needs now} In a cluster with one ready node
    /// one; otherwise two, or as many as the job asks for where that many nodes are ready.
    public int copiesNeeded(JobId job) {
        var ready =
                (int)
                        nodes.values().stream()
                                .filter(node -> node.state() == Node.State.READY)
                                .count();
        var asked = jobs.require(job).spec().checkpoint().copies();
        return ready < 2 ? 1 : Math.min(Math.max(asked, 2), ready);
    }

    /// {@return the generations of a process, oldest first}
    public List<Generation> generationsOf(ProcessId process) {
        return generations
                .from(new GenerationId(process, 0))
                .map(Table.Entry::value)
                .takeWhile(generation -> generation.id().process().equals(process))
                .toList();
    }

    /// {@return the newest generation of a process that may still be restored from}
    public Optional<Generation> newestGood(ProcessId process) {
        return goodGenerations(process).stream().findFirst();
    }

    /// {@return the generations of a process that may still be restored from, newest first} A rank
    /// of a parallel job goes back only together with the others, to what all of them have.
    public List<Generation> goodGenerations(ProcessId process) {
        var ranks = processes.find(process).map(HostedProcess::job).map(this::processesOf);
        return generationsOf(process).reversed().stream()
                .filter(Generation::isGood)
                .filter(it -> !isPartial(it.id()))
                .filter(it -> isGood(ranks.orElse(List.of()), it.id().number()))
                .toList();
    }

    /// {@return whether a generation is of a program whose memory is still at the source of its
    /// move} Nothing can be brought back from it but by that move, and it goes with its end.
    public boolean isPartial(GenerationId id) {
        return activeMigration(id.process())
                .map(Migration::partial)
                .filter(number -> number.isPresent() && number.getAsLong() == id.number())
                .isPresent();
    }

    private boolean isGood(List<HostedProcess> ranks, long number) {
        return ranks.stream()
                .map(rank -> generations.find(new GenerationId(rank.id(), number)))
                .allMatch(found -> found.filter(Generation::isGood).isPresent());
    }

    /// {@return the largest number of a generation of any process of a job, or of its cuts, so far}
    public long lastNumber(JobId job) {
        var cut = jobs.require(job).cut().map(GroupCut::number).orElse(0L);
        var processes = processesOf(job).stream().mapToLong(HostedProcess::lastGeneration);
        return Math.max(cut, processes.max().orElse(0));
    }

    /// {@return whether every rank of a process's job has a generation of that number} What one has
    /// alone is what it moves by.
    public boolean isOfAllRanks(HostedProcess process, long number) {
        return processesOf(process.job()).stream()
                .map(rank -> new GenerationId(rank.id(), number))
                .allMatch(id -> generations.find(id).isPresent());
    }

    /// {@return whether any process of the job is under way to another node}
    public boolean hasMovingRank(JobId job) {
        return processesOf(job).stream().anyMatch(rank -> activeMigration(rank.id()).isPresent());
    }

    /// {@return whether any process of the job is not over}
    public boolean lives(JobId job) {
        return processesOf(job).stream()
                .anyMatch(process -> !(process.phase() instanceof Phase.Ended));
    }

    /// {@return the job of that name: the one that lives, else the newest}
    public Optional<Job> findJob(String name) {
        var named = jobs.values().stream().filter(job -> job.name().equals(name)).toList();
        return named.stream()
                .filter(job -> lives(job.id()))
                .findFirst()
                .or(() -> named.isEmpty() ? Optional.empty() : Optional.of(named.getLast()));
    }

    /// {@return the migration of a process that is under way}
    public Optional<Migration> activeMigration(ProcessId process) {
        return migrations.values().stream()
                .filter(migration -> migration.route().process().equals(process))
                .filter(Migration::isActive)
                .findFirst();
    }

    /// {@return this image at another revision}
    public ClusterImage at(Revision reached) {
        return new ClusterImage(
                reached,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image after the number `used` was given out}
    public ClusterImage afterNumber(long used) {
        return new ClusterImage(
                revision,
                Math.max(nextNumber, used + 1),
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other nodes}
    public ClusterImage withNodes(Table<NodeId, Node> changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                changed,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other jobs}
    public ClusterImage withJobs(Table<JobId, Job> changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                changed,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other processes}
    public ClusterImage withProcesses(Table<ProcessId, HostedProcess> changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                changed,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other generations}
    public ClusterImage withGenerations(Table<GenerationId, Generation> changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                changed,
                leases,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other leases}
    public ClusterImage withLeases(Leases changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                changed,
                access,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other permissions}
    public ClusterImage withAccess(Access changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                changed,
                migrations,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other migrations}
    public ClusterImage withMigrations(Table<MigrationId, Migration> changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                changed,
                segments,
                sync,
                policies);
    }

    /// {@return this image with other shared memory}
    public ClusterImage withSegments(Segments changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                changed,
                sync,
                policies);
    }

    /// {@return this image with other synchronisation}
    public ClusterImage withSync(SyncState changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                changed,
                policies);
    }

    /// {@return this image with other policies}
    public ClusterImage withPolicies(Policies changed) {
        return new ClusterImage(
                revision,
                nextNumber,
                nodes,
                jobs,
                processes,
                generations,
                leases,
                access,
                migrations,
                segments,
                sync,
                changed);
    }
}
