// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Node;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.Role;

/// The values of all [Variable]s for a process and one node after the other.
public final class Observation {
    private static final double MILLIS = 1_000;

    private final Situation situation;
    private final HostedProcess process;
    private final Job job;
    private final SortedMap<String, Object> ofTask;

    public Observation(Situation situation, HostedProcess process) {
        this.situation = situation;
        this.process = process;
        this.job = situation.image().jobs().require(process.job());
        this.ofTask = ofTask();
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
        var taken = situation.occupancy().on(node.id());
        var aside = taken.reserved();
        var load = situation.factsOf(node.id()).load();
        var own = isOn(situation, agreed(), node) ? 1 : 0;
        return switch (variable) {
            case NODE_NAME -> node.id().name();
            case NODE_ARCHITECTURE -> node.capabilities().architecture();
            case NODE_VOTES -> node.role() == Role.VOTER;
            case NODE_CPUS -> capacity.cpuMillis() / MILLIS;
            case NODE_MEMORY -> (double) capacity.memoryBytes();
            case NODE_CPUS_FREE -> (capacity.cpuMillis() - aside.cpuMillis()) / MILLIS;
            case NODE_MEMORY_FREE -> (double) (capacity.memoryBytes() - aside.memoryBytes());
            case NODE_TASKS -> (double) (taken.processes() - own);
            case NODE_TASKS_OF_JOB -> (double) ranksOn(situation, process, node);
            case NODE_TASKS_OF_USER -> (double) (taken.processesOf(job.spec().runAs()) - own);
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

    /// {@return the process as the state has it, which may be on a node}
    private HostedProcess agreed() {
        return situation.image().processes().find(process.id()).orElse(process);
    }

    /// {@return the other ranks of a process's job that are on the node or were just placed there}
    static long ranksOn(Situation situation, HostedProcess process, Node node) {
        return situation.image().processesOf(process.job()).stream()
                .filter(rank -> !rank.id().equals(process.id()))
                .filter(rank -> isOn(situation, rank, node))
                .count();
    }

    private static boolean isOn(Situation situation, HostedProcess process, Node node) {
        return situation
                .ledger()
                .find(process.id())
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
