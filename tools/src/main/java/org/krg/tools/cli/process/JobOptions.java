// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.Cpus;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.Json;
import picocli.CommandLine.Option;

/// What a user can say about a job.
final class JobOptions {
    private static final List<String> ENGINES = List.of("criu", "cooperative", "restart");
    private static final List<String> RESTARTS = List.of("never", "on-failure", "always");
    private static final List<String> RECOVERIES =
            List.of("checkpoint-then-start", "checkpoint-only", "none");
    private static final List<String> NETWORKS = List.of("host", "cell");
    private static final List<String> ON_PARTITION = List.of("stop", "continue");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "name of the job (default: the program's and a number)")
    private @Nullable String name;

    @Option(
            names = "--cpus",
            paramLabel = "CPUS",
            converter = Cpus.Converter.class,
            description = "cpus to set aside: 2, 0.5 or 500m (default: 0.1)")
    private @Nullable Cpus cpus;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "memory to set aside: 512MiB, 1GiB (default: 64MiB)")
    private @Nullable ByteSize memory;

    @Option(
            names = "--limit-cpus",
            paramLabel = "CPUS",
            converter = Cpus.Converter.class,
            description = "cpus it cannot exceed (default: none)")
    private @Nullable Cpus limitCpus;

    @Option(
            names = "--limit-memory",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "memory it cannot exceed, pages of segments not counted (default: none)")
    private @Nullable ByteSize limitMemory;

    @Option(
            names = "--limit-processes",
            paramLabel = "N",
            description = "processes and threads it cannot exceed (default: none)")
    private @Nullable Long limitProcesses;

    @Option(
            names = "--rlimit",
            paramLabel = "NAME=SOFT[:HARD]",
            converter = Rlimit.Converter.class,
            description =
                    "a limit on each process, as by ulimit: as, core, cpu, data, fsize, memlock, nofile or stack; a"
                            + " number, a size or unlimited; repeatable (default: the agent's)")
    private List<Rlimit> rlimits = new ArrayList<>();

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description =
                    "a variable of its environment, by name alone the present value; repeatable")
    private List<String> environment = new ArrayList<>();

    @Option(
            names = "--share",
            paramLabel = "WHAT",
            split = ",",
            description =
                    "shared memory of the program that processes of all nodes share: posix:/NAME or sysv:KEY; repeatable")
    private List<String> shares = new ArrayList<>();

    @Option(
            names = "--cwd",
            paramLabel = "DIR",
            description = "its working directory (default: the present one)")
    private @Nullable Path directory;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "whom it runs as; root's to choose (default: the caller)")
    private @Nullable String user;

    @Option(
            names = "--on",
            paramLabel = "NODE",
            split = ",",
            description = "run it only there; repeatable")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--net",
            paramLabel = "NETWORK",
            description =
                    "host: its node's (default); cell: an address of its own, KRG_ADDRESS, that moves with"
                            + " it together with its connections")
    private @Nullable String network;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description =
                    "start N processes over the nodes as one parallel program, each with KRG_RANK, KRG_RANKS"
                            + " and with --net cell KRG_ADDRESSES (default: 1)")
    private @Nullable Integer ranks;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "DURATION",
            converter = CheckpointEvery.Converter.class,
            description =
                    "take checkpoints: 5s, 30m, or auto: as often as costs least, by what they cost and how often"
                            + " nodes fail (default: on demand)")
    private @Nullable CheckpointEvery checkpointEvery;

    @Option(
            names = "--copies",
            paramLabel = "N",
            description = "nodes that keep each checkpoint (default: 2)")
    private @Nullable Integer copies;

    @Option(names = "--keep", paramLabel = "N", description = "checkpoints to keep (default: 2)")
    private @Nullable Integer keep;

    @Option(
            names = "--keep-for",
            paramLabel = "AGE",
            description =
                    "keep also all checkpoints that are younger, like 2h (default: by number)")
    private @Nullable Duration keepFor;

    @Option(
            names = "--checkpoint-quota",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description =
                    "most bytes of its checkpoints on all nodes; older ones go first (default: none)")
    private @Nullable ByteSize checkpointQuota;

    @Option(
            names = "--file-limit",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "most bytes of files in a checkpoint (default: 1GiB)")
    private @Nullable ByteSize fileLimit;

    @Option(
            names = "--own-dir",
            paramLabel = "DIR",
            description =
                    "a directory that is the job's own: all that is in it, open or not, is part of a"
                            + " checkpoint, goes along with a move, and is put back as it was; what came"
                            + " later is removed then")
    private @Nullable Path ownDirectory;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "criu; cooperative: the program saves itself when it is asked (libkrg), and is started again"
                            + " with what it saved; or restart: from the beginning (default: criu where there is"
                            + " CRIU)")
    private @Nullable String engine;

    @Option(
            names = "--recovery",
            paramLabel = "HOW",
            description =
                    "after the loss of its node: checkpoint-then-start (default), checkpoint-only or none")
    private @Nullable String recovery;

    @Option(
            names = "--on-partition",
            paramLabel = "WHAT",
            description = "when its node loses the cluster: stop (default) or continue")
    private @Nullable String onPartition;

    @Option(
            names = "--restart",
            paramLabel = "WHEN",
            description = "when the program ends: never (default), on-failure or always")
    private @Nullable String restart;

    @Option(
            names = "--max-restarts",
            paramLabel = "N",
            description = "how often at most (default: no bound)")
    private @Nullable Integer maxRestarts;

    @Option(
            names = "--back-off",
            paramLabel = "DURATION",
            description = "wait before the first restart, doubled each time (default: 1s)")
    private @Nullable Duration backOff;

    /// {@return the body of the request that submits `command`}
    ///
    /// @throws VerbFailed if options make no sense
    ObjectNode submission(Terminal terminal, List<String> command, boolean stdin) {
        var body = Json.object();
        put(body, "name", name);
        command.forEach(body.putArray("command")::add);
        body.put("workingDirectory", Surroundings.directory(directory));
        var variables = body.putObject("environment");
        var wanted = Surroundings.environment(terminal, user, environment);
        Shares.put(wanted, shares);
        wanted.forEach(variables::put);
        body.put("umask", Surroundings.umask()).put("stdin", stdin);
        put(body, "user", user);
        if (cpus != null) {
            body.put("cpuMillis", cpus.millis());
        }
        if (memory != null) {
            body.put("memoryBytes", memory.bytes());
        }
        putUnlessEmpty(body, "limits", limits());
        putUnlessEmpty(body, "rlimits", Rlimit.all(rlimits));
        putUnlessEmpty(body, "restart", restart());
        put(body, "recovery", oneOf("--recovery", recovery, RECOVERIES));
        putUnlessEmpty(body, "checkpoint", checkpoint());
        put(body, "onPartition", oneOf("--on-partition", onPartition, ON_PARTITION));
        put(body, "network", oneOf("--net", network, NETWORKS));
        if (ranks != null) {
            body.put("ranks", ranks);
        }
        if (!nodes.isEmpty()) {
            nodes.forEach(body.putArray("onlyOn")::add);
        }
        return body;
    }

    private ObjectNode limits() {
        var limits = Json.object();
        if (limitCpus != null) {
            limits.put("cpuMillis", limitCpus.millis());
        }
        if (limitMemory != null) {
            limits.put("memoryBytes", limitMemory.bytes());
        }
        if (limitProcesses != null) {
            limits.put("processes", limitProcesses);
        }
        return limits;
    }

    private ObjectNode restart() {
        if (restart == null && (maxRestarts != null || backOff != null)) {
            throw wrong(
                    "--max-restarts and --back-off mean nothing without --restart",
                    "add --restart on-failure or --restart always");
        }
        var body = Json.object();
        put(body, "when", oneOf("--restart", restart, RESTARTS));
        if (maxRestarts != null) {
            body.put("max", maxRestarts);
        }
        if (backOff != null) {
            body.put("backOffSeconds", seconds(backOff));
        }
        return body;
    }

    private ObjectNode checkpoint() {
        var body = Json.object();
        put(body, "engine", oneOf("--engine", engine, ENGINES));
        if (checkpointEvery != null) {
            checkpointEvery.put(body, "everySeconds");
        }
        if (copies != null) {
            body.put("copies", copies);
        }
        if (fileLimit != null) {
            body.put("fileLimitBytes", fileLimit.bytes());
        }
        if (ownDirectory != null) {
            body.put("ownDirectory", Surroundings.realPath(ownDirectory));
        }
        if (keep != null) {
            body.put("keep", keep);
        }
        if (keepFor != null) {
            body.put("keepForSeconds", seconds(keepFor));
        }
        if (checkpointQuota != null) {
            body.put("quotaBytes", checkpointQuota.bytes());
        }
        return body;
    }

    static BigDecimal seconds(Duration length) {
        return BigDecimal.valueOf(length.getSeconds()).add(BigDecimal.valueOf(length.getNano(), 9));
    }

    private static void put(ObjectNode body, String field, @Nullable String value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static void putUnlessEmpty(ObjectNode body, String field, ObjectNode value) {
        if (!value.isEmpty()) {
            body.set(field, value);
        }
    }

    private static @Nullable String oneOf(
            String option, @Nullable String word, List<String> words) {
        if (word != null && !words.contains(word)) {
            throw wrong(
                    "invalid value for option '"
                            + option
                            + "': '"
                            + word
                            + "' is none of "
                            + String.join(", ", words),
                    "krg-admin run --help tells its options");
        }
        return word;
    }

    private static VerbFailed wrong(String what, String remedy) {
        return new VerbFailed(ExitCode.USAGE, what, remedy);
    }
}
