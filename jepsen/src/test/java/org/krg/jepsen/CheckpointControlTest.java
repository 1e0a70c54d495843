// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;

/// What a user can say about the checkpoints of a program.
@ExtendWith(SharedCluster.class)
class CheckpointControlTest {
    private static final String ADAPTS = "adapts";
    private static final String COUNTS = "counts";
    private static final String COUNT =
            """
            import time
            while True:
                print("tick", flush=True)
                time.sleep(0.05)
            """;
    private static final String LOGS = "logs";
    private static final String LOG =
            """
            import sys, time
            log = open(sys.argv[1], "a", buffering=1)
            n = 0
            while True:
                n += 1
                log.write("%d\\n" % n)
                time.sleep(0.05)
            """;
    private static final String RESULTS = "results";
    private static final String RESULT =
            """
            import os, time
            def write(name):
                with open(name, "w") as file:
                    file.write("of " + name)
            os.makedirs("runs")
            write("runs/1")
            os.symlink("runs/1", "latest")
            write("ready")
            while not os.path.exists("go"):
                time.sleep(0.05)
            os.remove("go")
            write("runs/2")
            time.sleep(86400)
            """;
    private static final Duration TO_START = Duration.ofMinutes(3);

    @AfterEach
    void stop(Cluster cluster) {
        cluster.run("job", "stop", ADAPTS, "--signal", "KILL");
        cluster.run("job", "stop", COUNTS, "--signal", "KILL");
        cluster.run("job", "stop", LOGS, "--signal", "KILL");
        cluster.run("job", "stop", RESULTS, "--signal", "KILL");
    }

    @Test
    void anAdaptiveIntervalFollowsFromWhatACheckpointCost(Cluster cluster) {
        cluster.run("run", "--name", ADAPTS, "--checkpoint-every", "auto", "/bin/sleep", "86400")
                .require(0);
        cluster.awaitPhase(ADAPTS, "running", TO_START);
        assertThat(interval(cluster).path("reason").asText()).isEqualTo("first");

        cluster.run("checkpoint", "create", ADAPTS).require(0);

        var interval = interval(cluster);
        assertThat(interval.path("reason").asText()).isEqualTo("balanced");
        assertThat(interval.path("measured").asInt()).isEqualTo(1);
        assertThat(interval.path("everySeconds").asDouble())
                .isGreaterThan(10 * interval.path("costSeconds").asDouble())
                .isLessThan(3_600);
        assertThat(cluster.run("proc", "show", ADAPTS).require(0).out())
                .contains("(auto), which loses least: one costs");
        assertThat(cluster.run("checkpoint", "list", ADAPTS).require(0).err())
                .contains("(auto), which loses least: one costs");
    }

    @Test
    void aFrozenProcessStandsUntilItIsLetGoOn(Cluster cluster) {
        cluster.run("run", "--name", COUNTS, "/usr/bin/python3", "-c", COUNT).require(0);
        cluster.awaitPhase(COUNTS, "running", TO_START);
        awaitLines(cluster, 1);

        cluster.run("checkpoint", "freeze", COUNTS).require(0);

        var lines = lines(cluster);
        assertThat(cluster.run("ps").require(0).out()).contains("frozen");
        var move = cluster.run("proc", "migrate", COUNTS, "--to", "auto");
        assertThat(move.exit()).isNotZero();
        assertThat(move.err()).contains("froze it", "unfreeze");
        // A checkpoint leaves it as it is, and so does a new agent.
        cluster.run("checkpoint", "create", COUNTS).require(0);
        var node = cluster.process(COUNTS).path("node").asText();
        cluster.killAgent(node);
        cluster.start(node);
        cluster.awaitReady();
        // Where it took longer than the lease it has come back from the checkpoint.
        cluster.awaitPhase(COUNTS, "running", TO_START);
        await().atMost(TO_START).until(() -> lines(cluster) >= lines);
        assertThat(lines(cluster)).isEqualTo(lines);

        var restored = cluster.run("checkpoint", "restore", id(cluster), "--frozen").require(0);

        assertThat(restored.err()).contains("stands still");
        assertThat(cluster.process(COUNTS).path("frozen").asBoolean()).isTrue();
        assertThat(lines(cluster)).isEqualTo(lines);

        cluster.run("checkpoint", "unfreeze", COUNTS).require(0);
        awaitLines(cluster, lines + 1);
    }

    @Test
    void aFileThatIsReplacedStaysSoWhereTheProgramComesBackAgain(
            Cluster cluster, @TempDir Path directory) throws IOException {
        var log = directory.resolve("log");
        var other = directory.resolve("other");
        Files.writeString(other, "before\n");
        cluster.run("run", "--name", LOGS, "/usr/bin/python3", "-c", LOG, log.toString())
                .require(0);
        cluster.awaitPhase(LOGS, "running", TO_START);
        await().atMost(TO_START).until(() -> size(log) > 0);
        cluster.run("checkpoint", "create", LOGS).require(0);
        var id = cluster.process(LOGS).path("lastCheckpoint").path("id").asText();
        var missing = directory.resolve("missing");

        var refused = replace(cluster, id, log + "=" + missing);
        assertThat(refused.exit()).isEqualTo(5);
        assertThat(refused.err()).contains(missing + " is not there");
        var unknown = replace(cluster, id, missing + "=" + other);
        assertThat(unknown.exit()).isEqualTo(3);
        assertThat(unknown.err()).contains("nothing was done").doesNotContain("failed");
        assertThat(cluster.process(LOGS).path("epoch").asLong()).isEqualTo(1);

        replace(cluster, id, log + "=" + other).require(0);
        var left = size(log);
        await().atMost(TO_START).until(() -> size(other) > "before\n".length());
        assertThat(cluster.run("checkpoint", "inspect", id).require(0).out())
                .contains(other + " in the place of " + log);

        // Its node is lost: it comes back by itself on another one, from the same checkpoint.
        var node = cluster.process(LOGS).path("node").asText();
        cluster.killNode(node);
        await().atMost(TO_START)
                .until(() -> !cluster.process(LOGS).path("node").asText().equals(node));
        cluster.start(node);
        cluster.awaitReady();
        cluster.awaitPhase(LOGS, "running", TO_START);
        assertThat(cluster.process(LOGS).path("origin").asText()).isEqualTo("checkpoint 1");
        var before = size(other);
        await().atMost(TO_START).until(() -> size(other) > before);
        assertThat(Files.readString(other)).startsWith("before\n");
        assertThat(size(log)).isEqualTo(left);
    }

    @Test
    void theJobsOwnDirectoryComesBackWithItsProgram(Cluster cluster, @TempDir Path directory)
            throws IOException {
        var own = Files.createDirectory(directory.resolve("own"));
        cluster.run(
                        "run",
                        "--name",
                        RESULTS,
                        "--own-dir",
                        own.toString(),
                        "--cwd",
                        own.toString(),
                        "/usr/bin/python3",
                        "-c",
                        RESULT)
                .require(0);
        await().atMost(TO_START).until(() -> Files.exists(own.resolve("ready")));
        cluster.run("checkpoint", "create", RESULTS).require(0);
        assertThat(cluster.run("job", "show", RESULTS).require(0).out())
                .contains("with all of " + own);
        Files.createFile(own.resolve("go"));
        await().atMost(TO_START).until(() -> Files.exists(own.resolve("runs/2")));
        // As on a node that never had any of it.
        try (var files = Files.walk(own)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(own)) {
                    Files.delete(file);
                }
            }
        }
        Files.writeString(own.resolve("stranger"), "came later");

        var node = cluster.process(RESULTS).path("node").asText();
        cluster.killNode(node);
        await().atMost(TO_START)
                .until(() ->
                        !cluster.process(RESULTS).path("node").asText().equals(node)
                                && cluster.process(RESULTS)
                                        .path("phase")
                                        .asText()
                                        .equals("running"));
        cluster.start(node);
        cluster.awaitReady();

        assertThat(own.resolve("stranger")).doesNotExist();
        assertThat(own.resolve("runs/2")).doesNotExist();
        assertThat(own.resolve("latest")).hasContent("of runs/1");
        Files.createFile(own.resolve("go"));
        await().atMost(TO_START).until(() -> Files.exists(own.resolve("runs/2")));
    }

    private static Finished replace(Cluster cluster, String id, String files) {
        return cluster.run("checkpoint", "restore", id, "--substitute-fd", files);
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static void awaitLines(Cluster cluster, long count) {
        await().atMost(TO_START).until(() -> lines(cluster) >= count);
    }

    private static long lines(Cluster cluster) {
        return cluster.run("logs", COUNTS).require(0).out().lines().count();
    }

    private static String id(Cluster cluster) {
        return cluster.process(COUNTS).path("lastCheckpoint").path("id").asText();
    }

    private static JsonNode interval(Cluster cluster) {
        return cluster.get("processes", ADAPTS).path("checkpointInterval");
    }
}
