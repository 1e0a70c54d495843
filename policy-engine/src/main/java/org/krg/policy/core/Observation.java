// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Resources;
import org.krg.state.model.Role;

/// The values of all [Variable]s for a process and one node after the other.
public final class Observation {
    private static final double MILLIS = 1_000;

    private final Situation situation;
    private final HostedProcess process;
    private final Job job;
    private final SortedMap<NodeId, Resources> reserved;
    private final SortedMap<NodeId, Counts> counts = new TreeMap<>();
    private final SortedMap<String, Object> ofTask;

    /// Other processes of a node, those that were just placed and are not agreed yet as well.
    private record Counts(int all, int ofJob, int ofUser) {
        private static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(all + other.all, ofJob + other.ofJob, ofUser + other.ofUser);
        }
    }

    public Observation(Situation situation, HostedProcess process) {
        this.situation = situation;
        this.process = process;
        this.job = situation.image().jobs().require(process.job());
        this.reserved = Reservations.of(situation.image(), situation.ledger());
        this.ofTask = ofTask();
        count();
    }

    private void count() {
        var placed = new TreeMap<ProcessId, NodeId>();
        situation.ledger().entries().forEach(entry -> placed.put(entry.process(), entry.node()));
        for (var other : situation.image().processes().values()) {
            if (!other.id().equals(process.id())) {
                Optional.ofNullable(placed.get(other.id()))
                        .or(() -> other.phase().host())
                        .ifPresent(node -> counts.merge(node, one(other), Counts::plus));
            }
        }
    }

    private Counts one(HostedProcess other) {
        var user = situation.image().jobs().require(other.job()).spec().runAs();
        return new Counts(
                1,
                other.job().equals(process.job()) ? 1 : 0,
                user.uid() == job.spec().runAs().uid() ? 1 : 0);
    }

    private SortedMap<String, Object> ofTask() {
        var values = new TreeMap<String, Object>();
        for (var variable : Variable.values()) {
            if (variable.isOfTask()) {
                values.put(variable.word(), task(variable));
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    /// {@return what is known of the process and of `node`, by the names of the variables}
    ///
    /// @param leastLoaded the score that krg's own policy gives the node
    public SortedMap<String, Object> of(Node node, double leastLoaded) {
        var values = new TreeMap<>(ofTask);
        for (var variable : Variable.values()) {
            if (!variable.isOfTask()) {
                values.put(variable.word(), node(variable, node, leastLoaded));
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    private Object task(Variable variable) {
        var spec = job.spec();
        return switch (variable) {
            case TASK_NAME -> job.name();
            case TASK_USER -> spec.runAs().name();
            case TASK_PROGRAM -> spec.program().executable();
            case TASK_CPUS -> spec.reserve().cpuMillis() / MILLIS;
            case TASK_MEMORY -> (double) spec.reserve().memoryBytes();
            case TASK_RANK -> (double) process.rank();
            case TASK_RANKS -> (double) spec.ranks();
            case TASK_RESTARTS -> (double) process.restarts();
            case TASK_AGE ->
                    (situation.now().toEpochMilli() - job.submitted().toEpochMilli()) / MILLIS;
            case TASK_RETURNS ->
                    process.phase() instanceof Phase.Waiting(Origin.Checkpoint _, _, _, _);
            case NODE_NAME,
                    NODE_ARCHITECTURE,
                    NODE_VOTES,
                    NODE_CPUS,
                    NODE_MEMORY,
                    NODE_CPUS_FREE,
                    NODE_MEMORY_FREE,
                    NODE_TASKS,
                    NODE_TASKS_OF_JOB,
                    NODE_TASKS_OF_USER,
                    NODE_FAILURES,
                    NODE_HAS_COPY,
                    NODE_PAGES,
                    NODE_RUNNING_PER_CPU,
                    NODE_CPU_PRESSURE,
                    NODE_MEMORY_PRESSURE,
                    NODE_MEMORY_AVAILABLE,
                    NODE_LEAST_LOADED ->
                    throw new IllegalArgumentException(variable + " is not about the task");
        };
    }

    private Object node(Variable variable, Node node, double leastLoaded) {
        var capacity = node.capacity();
        var aside = reserved.getOrDefault(node.id(), Resources.NONE);
        var load = situation.factsOf(node.id()).load();
        var count = counts.getOrDefault(node.id(), Counts.NONE);
        return switch (variable) {
            case NODE_NAME -> node.id().name();
            case NODE_ARCHITECTURE -> node.capabilities().architecture();
            case NODE_VOTES -> node.role() == Role.VOTER;
            case NODE_CPUS -> capacity.cpuMillis() / MILLIS;
            case NODE_MEMORY -> (double) capacity.memoryBytes();
            case NODE_CPUS_FREE -> (capacity.cpuMillis() - aside.cpuMillis()) / MILLIS;
            case NODE_MEMORY_FREE -> (double) (capacity.memoryBytes() - aside.memoryBytes());
            case NODE_TASKS -> (double) count.all();
            case NODE_TASKS_OF_JOB -> (double) count.ofJob();
            case NODE_TASKS_OF_USER -> (double) count.ofUser();
            case NODE_FAILURES -> (double) failures(process, node);
            case NODE_HAS_COPY -> hasCopy(situation, process, node);
            case NODE_PAGES -> pages(situation, node);
            case NODE_RUNNING_PER_CPU -> load.runningPerCpu();
            case NODE_CPU_PRESSURE -> load.cpuPressure();
            case NODE_MEMORY_PRESSURE -> load.memoryPressure();
            case NODE_MEMORY_AVAILABLE -> (double) load.memoryAvailable();
            case NODE_LEAST_LOADED -> leastLoaded;
            case TASK_NAME,
                    TASK_USER,
                    TASK_PROGRAM,
                    TASK_CPUS,
                    TASK_MEMORY,
                    TASK_RANK,
                    TASK_RANKS,
                    TASK_RESTARTS,
                    TASK_AGE,
                    TASK_RETURNS ->
                    throw new IllegalArgumentException(variable + " is not about a node");
        };
    }

    /// {@return whether a process is on the node or was just placed there}
    static boolean isOn(Situation situation, HostedProcess process, Node node) {
        return situation.ledger().entries().stream()
                .filter(entry -> entry.process().equals(process.id()))
                .map(Ledger.Entry::node)
                .findFirst()
                .or(() -> process.phase().host())
                .filter(node.id()::equals)
                .isPresent();
    }

    static long failures(HostedProcess process, Node node) {
        return process.failures().stream()
                .filter(failure -> failure.node().equals(node.id()))
                .count();
    }

    static boolean hasCopy(Situation situation, HostedProcess process, Node node) {
        return process.phase() instanceof Phase.Waiting(Origin.Checkpoint(var number), _, _, _)
                && situation
                        .image()
                        .generations()
                        .find(new GenerationId(process.id(), number))
                        .filter(generation -> generation.copies().contains(node.id()))
                        .isPresent();
    }

    static double pages(Situation situation, Node node) {
        var here = situation.factsOf(node.id()).pages();
        var all = situation.facts().values().stream().mapToLong(ProgramFacts::pages).sum();
        return all == 0 ? 0 : (double) here / all;
    }
}
