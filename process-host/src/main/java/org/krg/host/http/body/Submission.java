// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.ResolvedProgram;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.EnvironmentVariable;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;

/// What a user asks for, with every default filled in but those that the cluster decides: the
/// program's file and digest, the engine, the name.
///
/// @param environment as given
/// @param user the name or number of whom it runs as; empty: the caller
/// @param ownAddress whether each process gets an address of its own
/// @param engine empty: the best that the cluster has
public record Submission(
        Optional<String> name,
        List<String> command,
        String workingDirectory,
        Map<String, String> environment,
        Optional<String> user,
        Optional<Engine> engine,
        List<NodeId> onlyOn,
        boolean ownAddress,
        SubmissionBody body) {
    /// Whose network a process uses.
    private enum Network {
        HOST,
        CELL
    }

    private static final long DEFAULT_CPU_MILLIS = 100;
    private static final long DEFAULT_MEMORY_BYTES = 64L << 20;
    private static final int DEFAULT_UMASK = 0022;

    /// As the default of a login on Debian.
    private static final String DEFAULT_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final int MOST_NAME = 40;

    /// Checks the body and fills in the defaults.
    public static Submission of(SubmissionBody body) {
        var command = words("command", Values.require("command", body.command()));
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw Bodies.wrong("command", "names no program");
        }
        var directory = Values.require("workingDirectory", body.workingDirectory());
        if (!directory.startsWith("/") || directory.indexOf('\0') >= 0) {
            throw Bodies.wrong("workingDirectory", "is an absolute path, not " + directory);
        }
        var engine =
                Optional.ofNullable(body.checkpoint())
                        .map(SubmissionBody.Checkpoint::engine)
                        .map(word -> Values.constant("checkpoint.engine", word, Engine.CRIU));
        var nodes =
                words("onlyOn", Values.or(body.onlyOn(), List.<String>of())).stream()
                        .map(name -> Values.node("onlyOn", name))
                        .toList();
        return new Submission(
                Optional.ofNullable(body.name()),
                command,
                directory,
                Values.or(body.environment(), Map.of()),
                Optional.ofNullable(body.user()),
                engine,
                nodes,
                Values.constant("network", body.network(), Network.HOST) == Network.CELL,
                body);
    }

    private static List<String> words(String field, List<String> given) {
        if (given.stream().anyMatch(word -> word == null || word.indexOf('\0') >= 0)) {
            throw Bodies.wrong(field, "is a list of texts, without null and NUL");
        }
        return List.copyOf(given);
    }

    /// {@return where the program is looked for}
    public String searchPath() {
        return Values.or(environment.get("PATH"), DEFAULT_PATH);
    }

    /// {@return a name made of the program's}
    public String nameOfProgram() {
        var file = Path.of(command.getFirst()).getFileName();
        var name =
                (file == null ? "" : file.toString())
                        .replaceAll("[^a-zA-Z0-9._-]", "-")
                        .replaceFirst("^[._-]+", "");
        var usable = name.isEmpty() || name.matches("[0-9]+") ? "job" + name : name;
        return usable.substring(0, Math.min(usable.length(), MOST_NAME));
    }

    /// {@return what goes into the log}
    public JobSpec spec(ResolvedProgram program, Identity runAs, Engine best) {
        var limits = body.limits();
        return new JobSpec(
                program(program),
                runAs,
                new Resources(
                        amount("cpuMillis", body.cpuMillis(), DEFAULT_CPU_MILLIS),
                        amount("memoryBytes", body.memoryBytes(), DEFAULT_MEMORY_BYTES)),
                limits == null
                        ? ResourceLimits.NONE
                        : new ResourceLimits(
                                amount("limits.cpuMillis", limits.cpuMillis(), 0),
                                amount("limits.memoryBytes", limits.memoryBytes(), 0),
                                amount("limits.processes", limits.processes(), 0)),
                restart(body.restart()),
                Values.constant("recovery", body.recovery(), RecoveryPolicy.CHECKPOINT_THEN_START),
                checkpoint(body.checkpoint(), engine.orElse(best)),
                Values.constant("onPartition", body.onPartition(), PartitionPolicy.STOP),
                onlyOn,
                Optional.empty(),
                atLeast(1, "ranks", body.ranks(), 1));
    }

    private Program program(ResolvedProgram program) {
        return new Program(
                command,
                program.executable(),
                program.digest(),
                environment.entrySet().stream()
                        .map(it -> variable(it.getKey(), it.getValue()))
                        .toList(),
                workingDirectory,
                Values.or(body.umask(), DEFAULT_UMASK),
                Values.or(body.stdin(), false) || Values.or(body.terminal(), false),
                Values.or(body.terminal(), false),
                Rlimits.of(body.rlimits()));
    }

    private static EnvironmentVariable variable(String name, @Nullable String value) {
        try {
            return new EnvironmentVariable(name, Values.require("environment." + name, value));
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong("environment", String.valueOf(malformed.getMessage()));
        }
    }

    private static RestartPolicy restart(SubmissionBody.@Nullable Restart restart) {
        if (restart == null) {
            return RestartPolicy.NEVER;
        }
        var when = Values.constant("restart.when", restart.when(), RestartPolicy.When.NEVER);
        var most = when == RestartPolicy.When.NEVER ? 0 : Integer.MAX_VALUE;
        return new RestartPolicy(
                when,
                (int) amount("restart.max", asLong(restart.max()), most),
                Values.duration(
                        "restart.backOffSeconds", restart.backOffSeconds(), Duration.ofSeconds(1)));
    }

    private static CheckpointPolicy checkpoint(
            SubmissionBody.@Nullable Checkpoint checkpoint, Engine engine) {
        var standard = CheckpointPolicy.ON_DEMAND;
        if (checkpoint == null) {
            return new CheckpointPolicy(
                    engine,
                    standard.schedule(),
                    standard.copies(),
                    standard.fileLimitBytes(),
                    standard.keep(),
                    standard.keepFor(),
                    standard.quotaBytes(),
                    standard.ownDirectory());
        }
        return new CheckpointPolicy(
                engine,
                schedule("checkpoint.everySeconds", checkpoint.everySeconds()),
                atLeast(1, "checkpoint.copies", checkpoint.copies(), standard.copies()),
                amount(
                        "checkpoint.fileLimitBytes",
                        checkpoint.fileLimitBytes(),
                        standard.fileLimitBytes()),
                atLeast(2, "checkpoint.keep", checkpoint.keep(), standard.keep()),
                Values.duration(
                        "checkpoint.keepForSeconds",
                        checkpoint.keepForSeconds(),
                        standard.keepFor()),
                amount("checkpoint.quotaBytes", checkpoint.quotaBytes(), standard.quotaBytes()),
                Optional.ofNullable(checkpoint.ownDirectory()));
    }

    private static CheckpointSchedule schedule(String field, @Nullable JsonNode every) {
        if (every == null || every.isNull()) {
            return CheckpointPolicy.ON_DEMAND.schedule();
        }
        if (every.isTextual() && every.textValue().equals("auto")) {
            return new CheckpointSchedule.Adaptive();
        }
        if (!every.isNumber()) {
            throw Bodies.wrong(field, "is a number of seconds, or \"auto\", not " + every);
        }
        return CheckpointSchedule.of(Values.duration(field, every.decimalValue(), Duration.ZERO));
    }

    private static int atLeast(int least, String field, @Nullable Integer value, int otherwise) {
        var number = Values.or(value, otherwise);
        if (number < least) {
            throw Bodies.wrong(field, "is at least " + least + ", not " + number);
        }
        return number;
    }

    private static long amount(String field, @Nullable Long value, long otherwise) {
        var number = Values.or(value, otherwise);
        if (number < 0) {
            throw Bodies.wrong(field, "is 0 or more, not " + number);
        }
        return number;
    }

    private static @Nullable Long asLong(@Nullable Integer value) {
        return value == null ? null : value.longValue();
    }
}
