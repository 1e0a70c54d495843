// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.JobSpec;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Program;
import org.krg.state.model.RestartPolicy;

/// What a job may ask for at most. Larger values are mistakes, not wishes.
final class JobCheck {
    /// Bytes of command, environment and paths: a line of execve(2) with room, and small in the
    /// log.
    static final int MAX_PROGRAM_BYTES = 256 * 1024;

    /// Thousandths of a core, and processes: more than any machine has.
    static final long MAX_COUNT = 1_000_000_000L;

    /// Bytes of memory or files: one pebibyte.
    static final long MAX_BYTES = 1L << 50;

    /// A copy on every node of a rack.
    static final int MAX_COPIES = 64;

    /// Generations of one process: each is a row that every decision about it reads.
    static final int MAX_KEPT = 1_000;

    /// Nodes in a list.
    static final int MAX_NODES = 1_000;

    /// Processes of a parallel job: all that happens to one is decided for all at once.
    static final int MAX_RANKS = 256;

    /// Supplementary groups: NGROUPS_MAX.
    static final int MAX_GROUPS = 65_536;

    /// A dump takes longer than this.
    static final Duration MIN_INTERVAL = Duration.ofMillis(100);

    /// Intervals and waits.
    static final Duration MAX_WAIT = Duration.ofDays(365);

    /// A whole path of at most PATH_MAX bytes.
    private static final Pattern OWN_DIRECTORY =
            Pattern.compile("(?=.{2,4095}$)(/(?!\\.{1,2}(/|$))[^/\\x00]+)+");

    /// Directories of the system, of the kernel and of krg, and those that hold those of others.
    private static final Pattern NOBODYS_OWN =
            Pattern.compile(
                    "/(bin|boot|etc|home|lib[^/]*|media|mnt|opt|root|sbin|srv|tmp|usr|var)"
                            + "|/(proc|sys|dev|run/krg)(/.*)?");

    private JobCheck() {}

    /// {@return what is wrong with a job's name, as a sentence}
    static Optional<String> nameProblem(String name) {
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}")) {
            return Optional.of(
                    "a job's name is 1 to 63 letters, digits, dots, underscores and "
                            + "dashes, and starts with a letter or digit");
        }
        if (name.chars().allMatch(Character::isDigit)) {
            return Optional.of(
                    "a job's name is not only digits, because numbers "
                            + "mean processes; add a letter");
        }
        return Optional.empty();
    }

    /// {@return what is wrong with a job, as a sentence}
    static Optional<String> problem(JobSpec spec) {
        return programProblem(spec.program())
                .or(() -> resourceProblem(spec))
                .or(() -> checkpointProblem(spec.checkpoint()))
                .or(() -> ranksProblem(spec))
                .or(() -> cooperativeProblem(spec))
                .or(() -> ownDirectoryProblem(spec))
                .or(() ->
                        wrong(
                                spec.restart().backOff().compareTo(MAX_WAIT) > 0,
                                "a restart waits at most 365 days"))
                .or(() ->
                        wrong(
                                spec.onlyOn().size() > MAX_NODES,
                                "a job names at most 1000 nodes it may run on"))
                .or(() ->
                        wrong(
                                spec.runAs().groups().size() > MAX_GROUPS,
                                "a user has at most 65536 groups"));
    }

    private static Optional<String> programProblem(Program program) {
        var words = String.join("", program.command());
        var environment =
                program.environment().stream()
                        .mapToLong(one -> one.name().length() + one.value().length() + 2L)
                        .sum();
        var length =
                words.length()
                        + program.command().size()
                        + environment
                        + program.executable().length()
                        + program.workingDirectory().length();
        var paths = program.executable() + program.workingDirectory();
        return wrong(
                        length > MAX_PROGRAM_BYTES,
                        "the command and its environment are longer than 256 "
                                + "KiB; put what is long into a file")
                .or(() ->
                        wrong(
                                (words + paths).indexOf('\0') >= 0,
                                "a word of the command or a path contains a NUL character"))
                .or(() ->
                        wrong(
                                program.umask() < 0 || program.umask() > 0_777,
                                "a umask is between 0 and 0777"));
    }

    private static Optional<String> resourceProblem(JobSpec spec) {
        var cpu = Math.max(spec.reserve().cpuMillis(), spec.limits().cpuMillis());
        var memory = Math.max(spec.reserve().memoryBytes(), spec.limits().memoryBytes());
        return wrong(cpu > MAX_COUNT, "a process uses at most 1000000 cores")
                .or(() -> wrong(memory > MAX_BYTES, "a process uses at most 1 PiB of memory"))
                .or(() ->
                        wrong(
                                spec.limits().processes() > MAX_COUNT,
                                "a limit of processes is at most 1000000000"));
    }

    /// What makes sense for one process alone.
    private static Optional<String> ranksProblem(JobSpec spec) {
        return wrong(spec.ranks() > MAX_RANKS, "a job has at most 256 ranks, not " + spec.ranks())
                .or(() ->
                        wrong(
                                spec.isParallel() && spec.onPartition() == PartitionPolicy.CONTINUE,
                                "a job of several ranks goes back as one, so none may continue"
                                        + " where its node is cut off; leave out --on-partition"))
                .or(() ->
                        wrong(
                                spec.isParallel()
                                        && spec.restart().when() == RestartPolicy.When.ALWAYS,
                                "the ranks of a job end one by one, so it is restarted on-failure"
                                        + " or never, not always"))
                .or(() ->
                        wrong(
                                spec.isParallel() && spec.program().stdinOpen(),
                                "standard input cannot be passed on to several ranks; leave out"
                                        + " --stdin"));
    }

    /// A program that starts anew comes back alone, and to an empty terminal.
    private static Optional<String> cooperativeProblem(JobSpec spec) {
        var cooperative = spec.checkpoint().engine() == Engine.COOPERATIVE;
        return wrong(
                        cooperative && spec.isParallel(),
                        "the engine `cooperative` does not save several ranks as one; submit the job"
                                + " with `--engine criu`")
                .or(() ->
                        wrong(
                                cooperative && spec.program().terminal(),
                                "the engine `cooperative` does not bring a terminal back; leave out"
                                        + " --terminal"));
    }

    /// What is put back as it was is the job's alone, and neither a user's home nor the system's.
    private static Optional<String> ownDirectoryProblem(JobSpec spec) {
        if (spec.checkpoint().ownDirectory().isEmpty()) {
            return Optional.empty();
        }
        var path = spec.checkpoint().ownDirectory().get();
        var engine = spec.checkpoint().engine();
        return wrong(
                        !OWN_DIRECTORY.matcher(path).matches(),
                        "a job's own directory is an absolute path without empty parts, `.` and `..`")
                .or(() ->
                        wrong(
                                NOBODYS_OWN.matcher(path).matches(),
                                path
                                        + " is no job's own, and everything in its own directory is"
                                        + " put back as it was; give the job a directory of its own"))
                .or(() ->
                        wrong(
                                engine != Engine.CRIU,
                                "a directory goes along with what the engine `criu` saves: with"
                                        + " `cooperative` a program keeps its files in KRG_STATE_DIR,"
                                        + " and `restart` saves nothing"))
                .or(() ->
                        wrong(
                                spec.isParallel(),
                                "the ranks of a job would put back each other's files; leave out the"
                                        + " job's own directory, and give each rank files of its own"));
    }

    private static Optional<String> checkpointProblem(CheckpointPolicy policy) {
        var interval =
                switch (policy.schedule()) {
                    case CheckpointSchedule.OnDemand _, CheckpointSchedule.Adaptive _ -> true;
                    case CheckpointSchedule.Every(var every) ->
                            every.compareTo(MIN_INTERVAL) >= 0 && every.compareTo(MAX_WAIT) <= 0;
                };
        return wrong(!interval, "checkpoints are taken every 0.1 seconds to 365 days, or never (0)")
                .or(() ->
                        wrong(
                                policy.keepFor().compareTo(MAX_WAIT) > 0,
                                "checkpoints are kept for at most 365 days"))
                .or(() -> wrong(policy.copies() > MAX_COPIES, "a checkpoint has at most 64 copies"))
                .or(() -> wrong(policy.keep() > MAX_KEPT, "at most 1000 checkpoints are kept"))
                .or(() ->
                        wrong(
                                policy.fileLimitBytes() > MAX_BYTES,
                                "a checkpoint takes in at most 1 PiB of files"))
                .or(() ->
                        wrong(
                                policy.quotaBytes() > MAX_BYTES,
                                "the quota of checkpoints is at most 1 PiB, or none (0)"));
    }

    private static Optional<String> wrong(boolean condition, String sentence) {
        return condition ? Optional.of(sentence) : Optional.empty();
    }
}
