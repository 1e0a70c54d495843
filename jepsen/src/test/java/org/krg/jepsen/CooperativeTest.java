// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;

/// Programs that save themselves when they are asked: `primes`, whose output tells whether anything
/// was counted or printed twice, or left out.
@ExtendWith(SharedCluster.class)
class CooperativeTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path PROGRAMS = Path.of(System.getProperty("krg.root"), "target/native");
    private static final String PRIMES = PROGRAMS.resolve("primes").toString();
    private static final String NUMBERS = "3000000";
    private static final int CONFLICT = 5;
    private static final int NOT_CHECKPOINTABLE = 9;

    private String job = "";

    @AfterEach
    void end(Cluster cluster) {
        cluster.run("job", "stop", job, "--signal", "KILL");
        cluster.awaitPhase(job, "ended", LIMIT);
    }

    @Test
    void aProgramGoesOnElsewhereFromWhatItSavedWhenItsNodeIsLost(Cluster cluster)
            throws IOException {
        var go = start(cluster, "orphan");
        cluster.run("checkpoint", "create", job).require(0);
        var node = process(cluster).path("node").asText();

        cluster.killNode(node);
        awaitIncarnation(cluster, 2);
        cluster.start(node);

        assertThat(process(cluster).path("node").asText()).isNotEqualTo(node);
        assertThat(process(cluster).path("origin").asText()).isEqualTo("checkpoint 1");
        assertThat(errors(cluster)).contains("goes on at 1500000");
        endsAsIfNothingHadHappened(cluster, go);
    }

    @Test
    void aProgramThatMovesIsSavedStoppedAndStartedThere(Cluster cluster) throws IOException {
        var go = start(cluster, "mover");

        var dry = migrate(cluster, "--dry-run").require(0);
        assertThat(dry.err()).contains("started again from what it saves itself");
        assertThat(process(cluster).path("epoch").asLong()).isEqualTo(1);
        var nodes = new ArrayList<>(List.of(process(cluster).path("node").asText()));
        for (var incarnation = 2; incarnation < 5; incarnation++) {
            migrate(cluster).require(0);
            awaitIncarnation(cluster, incarnation);
            var node = process(cluster).path("node").asText();
            assertThat(node).isNotEqualTo(nodes.getLast());
            nodes.add(node);
        }

        assertThat(errors(cluster)).hasSize(2 + 3 * 2);
        endsAsIfNothingHadHappened(cluster, go);
    }

    @Test
    void aGenerationIsLookedAtVerifiedAndBroughtBackStandingStill(Cluster cluster)
            throws IOException {
        var go = start(cluster, "looker");
        var id = checkpoint(cluster);
        noneIsBegunThatNoQuotaLeavesRoomFor(cluster);
        var contents = cluster.run("checkpoint", "inspect", id).require(0).out();
        assertThat(contents).contains("cooperative", "/run/krg/cell/state/progress");
        cluster.run("checkpoint", "verify", id).require(0);

        cluster.run("checkpoint", "restore", id, "--frozen").require(0);
        Await.until(
                "it to stand still in another incarnation",
                LIMIT,
                () ->
                        process(cluster).path("epoch").asLong() == 2
                                && process(cluster).path("phase").asText().equals("running"));
        assertThat(errors(cluster)).hasSize(2);
        assertThat(process(cluster).path("frozen").asBoolean()).isTrue();
        cluster.run("checkpoint", "unfreeze", job).require(0);

        awaitIncarnation(cluster, 2);
        endsAsIfNothingHadHappened(cluster, go);
    }

    @Test
    void anArchiveOfOneGoesOnAsAnotherJob(Cluster cluster) throws IOException {
        var go = start(cluster, "packed");
        var id = checkpoint(cluster);
        var archive = cluster.installation().scratch().resolve("packed.krg").toString();
        cluster.run("checkpoint", "export", id, archive).require(0);
        cluster.run("job", "stop", job, "--signal", "KILL").require(0);
        cluster.awaitPhase(job, "ended", LIMIT);

        job = "unpacked";
        cluster.run("checkpoint", "import", archive, "--name", job).require(0);

        // Behind what the first one had written, which came along.
        Await.until("it to hold again", LIMIT, () -> errors(cluster).size() == 4);
        assertThat(errors(cluster).get(2)).isEqualTo("goes on at 1500000");
        endsAsIfNothingHadHappened(cluster, go);
    }

    @Test
    void aProgramThatCannotBeAskedIsRefusedByName(Cluster cluster) {
        job = "deaf";
        cluster.run("run", "--name", job, "--engine", "cooperative", "--", "/bin/sleep", "1000")
                .require(0);
        cluster.awaitPhase(job, "running", LIMIT);

        var refused = cluster.run("checkpoint", "create", job).require(NOT_CHECKPOINTABLE);
        assertThat(refused.err()).contains("cannot be asked to save itself", "krg_checkpoint_on");
        var checked = cluster.run("proc", "check", job).require(NOT_CHECKPOINTABLE);
        assertThat(checked.out() + checked.err()).contains("cannot be asked to save itself");
        assertThat(migrate(cluster).require(NOT_CHECKPOINTABLE).err())
                .contains("cannot be asked to save itself");
        assertThat(process(cluster).path("epoch").asLong()).isEqualTo(1);
    }

    private void noneIsBegunThatNoQuotaLeavesRoomFor(Cluster cluster) {
        cluster.run("checkpoint", "quota", "set", "--bytes", "1").require(0);
        try {
            var refused = cluster.run("checkpoint", "create", job).require(CONFLICT);
            assertThat(refused.err())
                    .contains("no checkpoint was begun", "bytes of checkpoints that stay")
                    .contains("checkpoint rm", "checkpoint quota set");
        } finally {
            cluster.run("checkpoint", "quota", "unset").require(0);
        }
    }

    /// {@return the file that lets it end; it has counted half of the numbers}
    private Path start(Cluster cluster, String name) {
        job = name;
        var go = cluster.installation().scratch().resolve("go-" + name);
        var command =
                Stream.of("run", "--name", name, "--engine", "cooperative", "--", PRIMES, NUMBERS);
        var holding = Stream.of("--report", "100000", "--hold", "1500000", go.toString());
        cluster.run(Stream.concat(command, holding).toArray(String[]::new)).require(0);
        awaitIncarnation(cluster, 1);
        return go;
    }

    /// Each begins and then holds.
    private void awaitIncarnation(Cluster cluster, int count) {
        Await.until(
                job + " to hold in incarnation " + count,
                LIMIT,
                () ->
                        process(cluster).path("epoch").asLong() == count
                                && errors(cluster).size() == 2 * count);
    }

    private void endsAsIfNothingHadHappened(Cluster cluster, Path go) throws IOException {
        Files.createFile(go);
        cluster.installation().run(LIMIT, "wait", job).require(0);
        var plain = new ProcessBuilder(PRIMES, NUMBERS, "--report", "100000").start();
        var expected = new String(plain.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(cluster.run("logs", job, "--stream", "stdout").require(0).out())
                .isEqualTo(expected);
    }

    /// {@return where each incarnation began, and where it holds}
    private List<String> errors(Cluster cluster) {
        return cluster.run("logs", job, "--stream", "stderr")
                .err()
                .lines()
                .filter(line -> line.matches("(begins|goes on|holds) at \\d+"))
                .toList();
    }

    private JsonNode process(Cluster cluster) {
        return cluster.process(job);
    }

    /// {@return the generation that is made of the job}
    private String checkpoint(Cluster cluster) {
        return cluster.run("checkpoint", "create", job, "-o", "json")
                .require(0)
                .json()
                .path("id")
                .asText();
    }

    private Finished migrate(Cluster cluster, String... more) {
        var command = Stream.of("proc", "migrate", job, "--to", "auto");
        return cluster.installation()
                .run(LIMIT, Stream.concat(command, Stream.of(more)).toArray(String[]::new));
    }
}
