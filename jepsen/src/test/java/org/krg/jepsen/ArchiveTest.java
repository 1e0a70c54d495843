// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;

/// Programs that go on as other jobs: beside the one they were taken of, and in another cluster.
@ExtendWith(SharedCluster.class)
class ArchiveTest {
    private static final String COUNTS = "counts";
    private static final String COUNT =
            """
            import time
            n = 0
            while True:
                n += 1; print(n, flush=True); time.sleep(0.05)
            """;
    private static final Duration SOON = Duration.ofMinutes(3);

    @AfterEach
    void stop(Cluster cluster) {
        cluster.run("job", "stop", COUNTS, "--signal", "KILL");
        cluster.run("job", "stop", "twin", "--signal", "KILL");
    }

    @Test
    void aCheckpointGoesOnAsAnotherJobBesideTheOneItWasTakenOf(Cluster cluster) {
        var id = checkpoint(cluster);
        var before = lines(cluster, COUNTS);

        var told = cluster.run("checkpoint", "restore", id, "--name", "twin").require(0);

        assertThat(told.err()).contains("twin/0 goes on from checkpoint " + id);
        awaitLines(cluster, "twin", before + 10);
        awaitLines(cluster, COUNTS, before + 10);
        assertCounts(cluster, "twin");
        assertCounts(cluster, COUNTS);
        assertThat(cluster.process("twin").path("id"))
                .isNotEqualTo(cluster.process(COUNTS).path("id"));
        assertThat(cluster.process(COUNTS).path("epoch").asInt()).isEqualTo(1);
        var again = cluster.run("checkpoint", "restore", id, "--name", "twin");
        assertThat(again.exit()).isEqualTo(5);
        assertThat(again.err()).contains("twin", "lives");
        var frozen = cluster.run("checkpoint", "restore", id, "--name", "third", "--frozen");
        assertThat(frozen.require(0).err()).contains("stands still");
        cluster.run("job", "stop", "third", "--signal", "KILL").require(0);
    }

    @Test
    void anArchiveGoesOnInAnotherClusterWhoseRootBelievesTheFirst(Cluster cluster)
            throws IOException {
        var id = checkpoint(cluster);
        var archive = cluster.installation().scratch().resolve("counts.krg");
        cluster.run("checkpoint", "export", id, archive.toString()).require(0);
        var counted = lines(cluster, COUNTS);
        try (var other = Cluster.up(1)) {
            var refused = other.run("checkpoint", "import", archive.toString());
            assertThat(refused.exit()).isEqualTo(4);
            assertThat(refused.err()).contains("not to be believed", "--authority");

            interruptUpload(other, archive, authority(cluster));

            other.run("checkpoint", "import", archive.toString(), "--authority", authority(cluster))
                    .require(0);
            awaitLines(other, COUNTS, counted + 10);
            assertCounts(other, COUNTS);
            other.run("job", "stop", COUNTS, "--signal", "KILL").require(0);
        }
        assertThat(cluster.process(COUNTS).path("phase").asText()).isEqualTo("running");
    }

    /// Half of it comes, then Ctrl-C.
    private static void interruptUpload(Cluster cluster, Path archive, String authority)
            throws IOException {
        var installation = cluster.installation();
        var pipe = installation.scratch().resolve("pipe").toString();
        try (var made = installation.startProgram(List.of("mkfifo", pipe))) {
            assertThat(made.await(SOON).exit()).isZero();
        }
        var admin = Path.of(System.getProperty("krg.root"), "tools/krg-admin").toString();
        var script = "exec \"$0\" checkpoint import - --authority \"$2\" <\"$1\"";
        var bytes = Files.readAllBytes(archive);
        // Open for both, so that neither end waits for the other one to be opened.
        try (var half = new RandomAccessFile(pipe, "rw");
                var upload =
                        installation.startProgram(
                                List.of("sh", "-c", script, admin, pipe, authority))) {
            half.write(bytes, 0, bytes.length - 100);
            await().atMost(SOON).until(() -> !incoming(cluster).isEmpty());
            upload.interrupt();
            var end = upload.await(SOON);
            assertThat(end.exit()).isEqualTo(130);
            assertThat(end.err()).contains("given up after", "nothing of it stays");
        }
        await().atMost(SOON).until(() -> incoming(cluster).isEmpty());
        assertThat(cluster.get("jobs").path("jobs")).isEmpty();
        assertThat(cluster.get("checkpoints").path("checkpoints")).isEmpty();
    }

    /// {@return what comes in at the node}
    private static List<Path> incoming(Cluster cluster) throws IOException {
        var directory = cluster.data("n1").resolve("images/tmp");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(it -> it.getFileName().toString().startsWith("import-")).toList();
        }
    }

    private static String authority(Cluster cluster) {
        return cluster.data("n1").resolve("tls/ca.crt").toString();
    }

    private static String checkpoint(Cluster cluster) {
        cluster.run("run", "--name", COUNTS, "/usr/bin/python3", "-c", COUNT).require(0);
        awaitLines(cluster, COUNTS, 10);
        var taken = cluster.run("checkpoint", "create", COUNTS, "-o", "json").require(0).json();
        return taken.path("id").asText();
    }

    private static void awaitLines(Cluster cluster, String job, int count) {
        await().atMost(SOON).until(() -> lines(cluster, job) >= count);
    }

    private static void assertCounts(Cluster cluster, String job) {
        var lines = cluster.run("logs", job).require(0).out().lines().toList();
        for (var line = 0; line < lines.size(); line++) {
            assertThat(lines.get(line)).isEqualTo(Integer.toString(line + 1));
        }
    }

    private static int lines(Cluster cluster, String job) {
        return (int) cluster.run("logs", job).out().lines().count();
    }
}
