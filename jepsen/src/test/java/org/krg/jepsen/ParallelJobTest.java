// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Ranks;
import org.krg.jepsen.programs.TokenRing;
import org.krg.jepsen.workload.JobRequest;

/// Programs of several ranks that talk to each other run, fail and go back as one.
@ExtendWith(SharedCluster.class)
class ParallelJobTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final int RANKS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Test
    void ranksAreSpreadAndFindEachOther(Cluster cluster) throws IOException {
        var go = start(cluster, "ring");
        awaitHalf(cluster, "ring");

        assertThat(Ranks.of(cluster, "ring"))
                .extracting(rank -> rank.path("node").asText())
                .containsExactlyInAnyOrderElementsOf(cluster.nodes());
        Files.createFile(go);

        assertThatItEndsWell(cluster, "ring");
    }

    @Test
    void drainingANodeMovesItsRankWhileTheOthersGoOnWithTheirConnections(Cluster cluster)
            throws IOException {
        var go = start(cluster, "leaves");
        awaitHalf(cluster, "leaves");
        var first = takeCheckpoint(cluster, "leaves");
        var node = Ranks.of(cluster, "leaves").get(1).path("node").asText();
        try {
            var drained = cluster.installation().run(LIMIT, "node", "drain", node).require(0);
            assertThat(drained.err())
                    .contains("leaves/1 moves to ")
                    .containsPattern("leaves/1 runs on \\S+, it stood still for \\d+ ms");
        } finally {
            cluster.run("node", "uncordon", node).require(0);
        }
        assertThat(Ranks.of(cluster, "leaves"))
                .as("incarnations")
                .extracting(rank -> rank.path("epoch").asLong())
                .containsExactly(1L, 2L, 1L);
        assertThat(Ranks.of(cluster, "leaves").get(1).path("node").asText()).isNotEqualTo(node);
        assertThat(cluster.get("checkpoints").path("checkpoints"))
                .as("of the job only those of all ranks")
                .filteredOn(it -> it.path("job").asText().equals("leaves"))
                .hasSize(RANKS);

        assertThat(takeCheckpoint(cluster, "leaves")).isGreaterThan(first + 1);
        Files.createFile(go);
        assertThatItEndsWell(cluster, "leaves");
    }

    private static long takeCheckpoint(Cluster cluster, String job) {
        var taken = cluster.run("checkpoint", "create", job, "-o", "json").require(0).json();
        return taken.path("number").asLong();
    }

    @Test
    void whenOneRankFailsAllEndAndItsCodeIsTheJobs(Cluster cluster) {
        var script = "[ $KRG_RANK = 1 ] && exit 7; exec sleep 86400";
        var request = JobRequest.of("fails", scratch(cluster), List.of("/bin/sh", "-c", script));
        cluster.submit(request.put("ranks", RANKS));

        assertThat(cluster.installation().run(LIMIT, "wait", "fails").exit()).isEqualTo(7);

        assertThat(Ranks.of(cluster, "fails"))
                .extracting(rank -> rank.path("phase").asText())
                .containsOnly("ended");
    }

    @Test
    @Tag("long")
    void whenANodeIsLostAllRanksStartAgainTogether(Cluster cluster) throws IOException {
        var go = start(cluster, "again");
        awaitHalf(cluster, "again");
        var victim = Ranks.of(cluster, "again").get(2).path("node").asText();

        cluster.killNode(victim);
        Ranks.awaitEpoch(cluster, "again", 2);
        Files.createFile(go);

        assertThatItEndsWell(cluster, "again");
        assertThat(Ranks.of(cluster, "again"))
                .extracting(rank -> rank.path("node").asText())
                .doesNotContain(victim);
    }

    @Test
    void savedAsOneTheyGoOnAsOneWithTheirConnectionsAfterTheLossOfANode(Cluster cluster)
            throws IOException {
        var go = start(cluster, "saved");
        awaitHalf(cluster, "saved");

        var first = cluster.run("checkpoint", "create", "saved", "-o", "json").require(0).json();
        assertThat(first.path("ranks")).hasSize(RANKS);
        cluster.run("checkpoint", "create", "saved").require(0);
        var victim = Ranks.of(cluster, "saved").get(1).path("node").asText();
        cluster.killNode(victim);
        Ranks.awaitEpoch(cluster, "saved", 2);

        assertThat(Ranks.of(cluster, "saved"))
                .extracting(rank -> rank.path("origin").asText())
                .containsOnly("checkpoint 2");
        Files.createFile(go);
        assertThatItEndsWell(cluster, "saved");
    }

    @Tag("long")
    @Test
    void takenBackFrozenAllRanksStandStillUntilTheyGoOnTogether(Cluster cluster)
            throws IOException {
        var go = start(cluster, "ice");
        awaitHalf(cluster, "ice");
        var taken = cluster.run("checkpoint", "create", "ice", "-o", "json").require(0).json();

        var id = taken.path("id").asText();
        cluster.installation().run(LIMIT, "checkpoint", "restore", id, "--frozen").require(0);
        Ranks.awaitEpoch(cluster, "ice", 2);

        assertThat(Ranks.of(cluster, "ice"))
                .allSatisfy(rank -> assertThat(rank.path("frozen").asBoolean()).isTrue());
        Files.createFile(go);
        var output = cluster.run("logs", "ice/0").require(0).out();
        assertThat(output).doesNotContain("rounds");
        cluster.run("checkpoint", "unfreeze", "ice").require(0);
        assertThatItEndsWell(cluster, "ice");
    }

    @Test
    void whoeverIsKilledAtWhateverStepOfACutItIsWholeOrNothing(Cluster cluster) throws IOException {
        assertThatNoCutIsHalfAfter(2, cluster);
    }

    @Test
    @Tag("long")
    void manyKillsAtEveryStepOfACutLeaveNoneHalf() throws IOException {
        try (var cluster = Cluster.up(RANKS)) {
            assertThatNoCutIsHalfAfter(60, cluster);
        }
    }

    private static void assertThatNoCutIsHalfAfter(int kills, Cluster cluster) throws IOException {
        var go = start(cluster, "cut");
        awaitHalf(cluster, "cut");

        var report = new CutKills(cluster, "cut", System.out::println).run(kills, SEED);

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.kills()).isEqualTo(kills);
        Files.createFile(go);
        assertThatItEndsWell(cluster, "cut");
    }

    private static Path start(Cluster cluster, String name) {
        var directory = scratch(cluster);
        var go = directory.resolve("go-" + name);
        var request = JobRequest.of(name, directory, TokenRing.command(go));
        cluster.submit(request.put("network", "cell").put("ranks", RANKS));
        return go;
    }

    private static Path scratch(Cluster cluster) {
        return cluster.installation().scratch();
    }

    private static void awaitHalf(Cluster cluster, String name) {
        Await.until(
                "the token to go around",
                LIMIT,
                () -> cluster.run("logs", name + "/0").out().contains("half"));
    }

    private static void assertThatItEndsWell(Cluster cluster, String name) {
        cluster.installation().run(LIMIT, "wait", name).require(0);
        for (var rank = 0; rank < RANKS; rank++) {
            assertThat(cluster.run("logs", name + "/" + rank).require(0).out())
                    .isEqualTo(TokenRing.output(rank, RANKS));
        }
    }
}
