// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Ranks;
import org.krg.jepsen.programs.Toucher;
import org.krg.jepsen.workload.JobRequest;

/// A parallel job on shared memory is saved with that memory, and goes back with it: the solver
/// that `tools` carries ends with the checksum of an undisturbed run.
@ExtendWith(SharedCluster.class)
class JacobiTest {
    private static final int RANKS = 3;
    private static final int SIZE = 96;
    private static final int SWEEPS = 60;

    /// Where ranks wait, so that it is known what is lost.
    private static final int HELD = 40;

    private static final String SEGMENT = "plate";
    private static final Path PROGRAM =
            Path.of(System.getProperty("krg.root"), "target/native/jacobi");
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @AfterEach
    void clean(Cluster cluster) {
        cluster.startAll();
        cluster.run("segment", "destroy", SEGMENT).require(0);
    }

    @Test
    void afterTheLossOfANodeItEndsWithTheChecksumOfAnUndisturbedRun(Cluster cluster)
            throws Exception {
        var go = start(cluster, "jacobi");
        awaitOutput(cluster, "jacobi", "sweep 10 of");
        var before = segmentId(cluster);

        cluster.run("checkpoint", "create", "jacobi").require(0);
        awaitOutput(cluster, "jacobi", "holding");
        // Any but the first: another rank keeps the pages.
        var victim = Ranks.of(cluster, "jacobi").get(1).path("node").asText();
        cluster.killNode(victim);
        Ranks.awaitEpoch(cluster, "jacobi", 2);
        assertThat(Ranks.of(cluster, "jacobi"))
                .extracting(rank -> rank.path("origin").asText())
                .containsOnly("checkpoint 1");
        assertThat(segmentId(cluster)).isNotEqualTo(before);
        Files.createFile(go);

        awaitEnd(cluster, "jacobi");
        cluster.startAll();
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    /// The plate is a file, and was synced since the checkpoint.
    @Tag("long")
    @Test
    void aFileGoesBackWithTheJobThatWasSavedWithIt(Cluster cluster) throws Exception {
        var nodes = cluster.nodes();
        var file = cluster.installation().scratch().resolve("plate.bin");
        createFile(cluster, file, nodes.getFirst(), "semisync");
        var go = submit(cluster, "filed");
        awaitOutput(cluster, "filed", "sweep 10 of");
        cluster.run("checkpoint", "create", "filed").require(0);
        awaitOutput(cluster, "filed", "holding");
        cluster.run("segment", "sync", SEGMENT).require(0);

        cluster.killNode(nodes.getLast());
        Ranks.awaitEpoch(cluster, "filed", 2);
        assertThat(Ranks.of(cluster, "filed"))
                .extracting(rank -> rank.path("origin").asText())
                .containsOnly("checkpoint 1");
        Files.createFile(go);

        awaitEnd(cluster, "filed");
        cluster.run("segment", "sync", SEGMENT).require(0);
        var dumped = cluster.installation().scratch().resolve("plate.dump");
        cluster.run("segment", "dump", SEGMENT, dumped.toString()).require(0);
        assertThat(file).hasSameBinaryContentAs(dumped);
        cluster.startAll();
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    @Tag("long")
    void aJobWhoseFileIsOnTheLostNodeWaitsForThat(Cluster cluster) throws Exception {
        var keeper = cluster.nodes().getLast();
        var file = cluster.installation().scratch().resolve("waited.bin");
        createFile(cluster, file, keeper, "sync");
        var go = submit(cluster, "waiting");
        awaitOutput(cluster, "waiting", "sweep 10 of");
        cluster.run("checkpoint", "create", "waiting").require(0);
        awaitOutput(cluster, "waiting", "holding");

        cluster.killNode(keeper);
        Await.until(
                "the job to wait for the node of its file",
                LIMIT,
                () ->
                        cluster.run("job", "explain", "waiting")
                                .require(0)
                                .out()
                                .contains("is put back into the file"));
        cluster.start(keeper);
        cluster.awaitReady();
        Ranks.awaitEpoch(cluster, "waiting", 2);
        Files.createFile(go);

        awaitEnd(cluster, "waiting");
    }

    @Test
    void whileAProcessOutsideHasTheMemoryTheJobIsNotSaved(Cluster cluster) throws IOException {
        var go = start(cluster, "watched");
        awaitOutput(cluster, "watched", "sweep 10 of");
        try (var other = Toucher.on(cluster, cluster.nodes().getFirst(), SEGMENT)) {
            assertThat(other.ask("read 0")).isNotEqualTo("0");

            var refused = cluster.installation().run(LIMIT, "checkpoint", "create", "watched");

            assertThat(refused.exit()).as("%s", refused).isNotZero();
            assertThat(refused.err())
                    .contains("a process outside of the job has segment plate open");
        }
        Files.createFile(go);
        cluster.installation().run(LIMIT, "wait", "watched").require(0);
    }

    private static void awaitEnd(Cluster cluster, String name) throws Exception {
        cluster.installation().run(LIMIT, "wait", name).require(0);
        var expected = undisturbed();
        for (var rank = 0; rank < RANKS; rank++) {
            assertThat(cluster.run("logs", name + "/" + rank).require(0).out()).endsWith(expected);
        }
    }

    private static void createFile(Cluster cluster, Path file, String node, String mode) {
        cluster.run(
                        "segment",
                        "create",
                        SEGMENT,
                        "--file",
                        file.toString(),
                        "--create",
                        "--size",
                        "1M",
                        "--on",
                        node,
                        "--mode",
                        mode)
                .require(0);
    }

    private static Path start(Cluster cluster, String name) {
        cluster.run("segment", "create", SEGMENT, "--size", "1M").require(0);
        return submit(cluster, name);
    }

    private static Path submit(Cluster cluster, String name) {
        var directory = cluster.installation().scratch();
        var go = directory.resolve("go-" + name);
        var command =
                List.of(
                        PROGRAM.toString(),
                        SEGMENT,
                        "" + SIZE,
                        "" + SWEEPS,
                        "--report",
                        "10",
                        "--hold",
                        "" + HELD,
                        go.toString());
        cluster.submit(JobRequest.of(name, directory, command).put("ranks", RANKS));
        return go;
    }

    /// {@return what the program says at its end when it has the memory for itself}
    private static String undisturbed() throws Exception {
        var process =
                new ProcessBuilder(PROGRAM.toString(), "-", "" + SIZE, "" + SWEEPS)
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).isZero();
        return output.substring(output.indexOf("plate of"));
    }

    private static void awaitOutput(Cluster cluster, String name, String text) {
        Await.until(text, LIMIT, () -> cluster.run("logs", name + "/0").out().contains(text));
    }

    private static long segmentId(Cluster cluster) {
        return cluster.run("segment", "show", SEGMENT, "-o", "json")
                .require(0)
                .json()
                .path("id")
                .asLong();
    }
}
