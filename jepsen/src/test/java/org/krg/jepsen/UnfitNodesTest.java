// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// What a program has done is not given up because the nodes that are left cannot bring it back.
@Tag("long")
class UnfitNodesTest {
    private static final String NAME = "reads";
    private static final String COUNT =
            """
            import sys, time
            table = open(sys.argv[1])
            n = 0
            while True:
                n += 1
                print(n, flush=True)
                time.sleep(0.05)
            """;
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String HOST = "n1";
    private static final String FITTING = "n3";
    private static final List<String> UNFIT = List.of("n2", "n4", "n5");

    @Test
    void aProgramWaitsForANodeThatHasItsFileAndGoesOnThereFromItsNewestCheckpoint()
            throws IOException {
        try (var cluster = Cluster.up(5)) {
            var tables = Files.createDirectory(cluster.installation().scratch().resolve("tables"));
            var table = tables.resolve("table.bin");
            Files.writeString(table, "reference");
            UNFIT.forEach(node -> startWithout(tables, node, cluster));
            cluster.awaitReady();
            start(cluster, table);
            cluster.killNode(FITTING);
            // Two, so that there is an older one.
            cluster.run("checkpoint", "create", NAME).require(0);
            cluster.run("checkpoint", "create", NAME).require(0);
            var newest = cluster.process(NAME).path("lastCheckpoint").path("id").asText();
            var lines = lines(cluster);

            cluster.killNode(HOST);

            Await.until(
                    "every node that is left to have failed",
                    SOON,
                    () -> unfit(cluster, newest).containsAll(UNFIT));
            var waiting = cluster.awaitPhase(NAME, "waiting", SOON);
            assertThat(waiting.path("origin").asText()).isEqualTo("checkpoint 2");
            assertThat(waiting.path("reason").asText())
                    .contains("could not bring it back from checkpoint " + newest)
                    .contains("table.bin")
                    .contains("krg-admin job explain " + NAME);
            var told = cluster.run("job", "explain", NAME).require(0).out();
            assertThat(told)
                    .contains("nothing older by itself")
                    .contains("krg-admin checkpoint restore " + newest);
            UNFIT.forEach(node ->
                    assertThat(told)
                            .containsPattern(
                                    node + " was rejected: it could not bring .*table.bin"));
            assertThat(cluster.run("proc", "show", NAME).require(0).out()).contains("table.bin");

            cluster.start(FITTING);

            var back =
                    Await.first(
                            "the program to run again",
                            SOON,
                            () ->
                                    Stream.of(cluster.process(NAME))
                                            .filter(it ->
                                                    it.path("phase").asText().equals("running"))
                                            .findFirst());
            assertThat(back.path("node").asText()).isEqualTo(FITTING);
            assertThat(back.path("origin").asText()).isEqualTo("checkpoint 2");
            Await.until("more lines", SOON, () -> lines(cluster) > lines + 5);
            assertThat(numbers(cluster)).isSorted().doesNotHaveDuplicates().startsWith(1L);
            assertThat(checkpoint(cluster, newest).path("restoreFailures").asInt()).isZero();
        }
    }

    private static void start(Cluster cluster, Path table) {
        UNFIT.forEach(node -> cluster.cordon(node, true));
        cluster.cordon(FITTING, true);
        cluster.run("run", "--name", NAME, "/usr/bin/python3", "-c", COUNT, table.toString())
                .require(0);
        var running = cluster.awaitPhase(NAME, "running", SOON);
        assertThat(running.path("node").asText()).isEqualTo(HOST);
        UNFIT.forEach(node -> cluster.cordon(node, false));
        cluster.cordon(FITTING, false);
    }

    /// Starts the agent of a node anew, on a machine where the directory is empty.
    private static void startWithout(Path directory, String node, Cluster cluster) {
        cluster.killNode(node);
        var admin = System.getProperty("krg.root") + "/tools/krg-admin";
        var script =
                "mount -t tmpfs none '%s' && exec '%s' dev start %s"
                        .formatted(directory, admin, node);
        try (var running =
                cluster.installation()
                        .startProgram(
                                List.of(
                                        "unshare",
                                        "--mount",
                                        "--propagation",
                                        "private",
                                        "sh",
                                        "-c",
                                        script))) {
            running.await(SOON).require(0);
        }
    }

    private static List<String> unfit(Cluster cluster, String checkpoint) {
        return Cluster.stream(checkpoint(cluster, checkpoint).path("unfit"))
                .map(it -> it.path("node").asText())
                .toList();
    }

    private static JsonNode checkpoint(Cluster cluster, String id) {
        return cluster.get("checkpoints", id);
    }

    private static long lines(Cluster cluster) {
        return numbers(cluster).size();
    }

    private static List<Long> numbers(Cluster cluster) {
        return cluster.run("logs", NAME)
                .require(0)
                .out()
                .lines()
                .filter(line -> line.matches("[0-9]+"))
                .map(Long::valueOf)
                .toList();
    }
}
