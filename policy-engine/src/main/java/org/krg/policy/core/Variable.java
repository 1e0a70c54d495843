// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What the expressions of a policy may ask: of the task, which is the process that needs a node,
/// and of the node that is looked at. Numbers are floating point; memory is in bytes.
public enum Variable {
    /// The job's name.
    TASK_NAME(Kind.TEXT, "the name of its job"),
    /// Who it runs as.
    TASK_USER(Kind.TEXT, "the user it runs as"),
    /// What it runs.
    TASK_PROGRAM(Kind.TEXT, "the path of its program"),
    /// Reserve of processors.
    TASK_CPUS(Kind.NUMBER, "processors that are set aside for it"),
    /// Reserve of memory.
    TASK_MEMORY(Kind.NUMBER, "bytes that are set aside for it"),
    /// Its number in the job.
    TASK_RANK(Kind.NUMBER, "its number among the ranks of its job, from 0"),
    /// Processes of the job.
    TASK_RANKS(Kind.NUMBER, "how many ranks its job has, 1 if it is not parallel"),
    /// Restarts so far.
    TASK_RESTARTS(Kind.NUMBER, "how often its restart policy has started it again"),
    /// Age of the job.
    TASK_AGE(Kind.NUMBER, "seconds since its job was submitted"),
    /// Whether it goes on from a checkpoint.
    TASK_RETURNS(Kind.TRUTH, "whether it is brought back from a checkpoint, or moves"),
    /// Node's name.
    NODE_NAME(Kind.TEXT, "the name of the node"),
    /// What the machine is.
    NODE_ARCHITECTURE(Kind.TEXT, "its architecture, as `uname -m` has it"),
    /// Whether it votes.
    NODE_VOTES(Kind.TRUTH, "whether it votes, and so writes the log for the cluster"),
    /// Processors.
    NODE_CPUS(Kind.NUMBER, "processors that it offers"),
    /// Memory.
    NODE_MEMORY(Kind.NUMBER, "bytes that it offers"),
    /// Free of reserves.
    NODE_CPUS_FREE(Kind.NUMBER, "processors that are set aside for nobody"),
    /// Free of reserves.
    NODE_MEMORY_FREE(Kind.NUMBER, "bytes that are set aside for nobody"),
    /// Processes of all jobs.
    NODE_TASKS(Kind.NUMBER, "processes of the cluster that are there or on their way"),
    /// Ranks of the same job.
    NODE_TASKS_OF_JOB(Kind.NUMBER, "other ranks of the task's job, counted in the same way"),
    /// Processes of the same user.
    NODE_TASKS_OF_USER(Kind.NUMBER, "other processes of the task's user, in the same way"),
    /// Failed starts.
    NODE_FAILURES(Kind.NUMBER, "recent failed starts of the task there"),
    /// Copy of the checkpoint.
    NODE_HAS_COPY(Kind.TRUTH, "whether it has the checkpoint that the task is brought back from"),
    /// Shared memory.
    NODE_PAGES(
            Kind.NUMBER, "of shared memory, its share of the pages, 0 to 1; only for proc migrate"),
    /// Run queue.
    NODE_RUNNING_PER_CPU(
            Kind.NUMBER, "tasks of the machine that run or could, by its processors; 0 if unknown"),
    /// PSI.
    NODE_CPU_PRESSURE(
            Kind.NUMBER,
            "percent of the last 10 s in which a task waited for a processor; 0 if unknown"),
    /// PSI.
    NODE_MEMORY_PRESSURE(
            Kind.NUMBER,
            "percent of the last 10 s in which all tasks waited for memory; 0 if unknown"),
    /// MemAvailable.
    NODE_MEMORY_AVAILABLE(
            Kind.NUMBER, "bytes that programs could get on the machine; 0 if unknown"),
    /// What krg's own policy would give.
    NODE_LEAST_LOADED(Kind.NUMBER, "the score that krg's own policy gives it, mostly 0 to 1");

    private static final String TASK = "TASK_";

    private final Kind kind;
    private final String meaning;

    /// What a value is.
    public enum Kind {
        /// A floating-point number.
        NUMBER,
        /// A string.
        TEXT,
        /// True or false.
        TRUTH;

        /// {@return what an example has where it says nothing}
        public Object zero() {
            return switch (this) {
                case NUMBER -> 0.0;
                case TEXT -> "";
                case TRUTH -> false;
            };
        }
    }

    Variable(Kind kind, String meaning) {
        this.kind = kind;
        this.meaning = meaning;
    }

    /// {@return its name in expressions, `node.cpus_free`}
    public String word() {
        return subject() + "." + field();
    }

    /// {@return `task` or `node`}
    public String subject() {
        return isOfTask() ? "task" : "node";
    }

    /// {@return its name without the subject}
    public String field() {
        return name().substring(TASK.length()).toLowerCase(Locale.ROOT);
    }

    /// {@return whether it is about the task, whatever the node}
    public boolean isOfTask() {
        return name().startsWith(TASK);
    }

    /// {@return what its values are}
    public Kind kind() {
        return kind;
    }

    /// {@return what it stands for, as a sentence part}
    public String meaning() {
        return meaning;
    }

    /// {@return the variable of that name}
    public static Optional<Variable> find(String word) {
        return Arrays.stream(values()).filter(variable -> variable.word().equals(word)).findFirst();
    }
}
