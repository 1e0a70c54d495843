// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Answering;
import org.krg.jepsen.programs.Toucher;

/// Hosted programs that share memory over the cluster move, and come back from checkpoints.
@ExtendWith(SharedCluster.class)
class SharedProgramMovesTest {
    private static final String SEGMENT = "carried";
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path PROGRAMS = Path.of(System.getProperty("krg.root"), "target/native");
    private static final int COUNTER = 4_096;

    private String job = "";

    @BeforeEach
    void create(Cluster cluster) {
        cluster.run("segment", "create", SEGMENT, "--size", "4M").require(0);
    }

    @AfterEach
    void destroy(Cluster cluster) {
        cluster.run("job", "stop", job, "--signal", "KILL").require(0);
        cluster.awaitPhase(job, "ended", LIMIT);
        cluster.startAll();
        cluster.run("segment", "destroy", SEGMENT).require(0);
    }

    @Test
    void noAdditionIsLostWhenAProgramMovesToAndFroWhileAnotherNodeAdds(Cluster cluster) {
        var program = start(cluster, "adder", "krg-touch");
        assertThat(program.ask("begin " + COUNTER)).isEqualTo("ok");
        try (var other = Toucher.on(cluster, elsewhere(cluster), SEGMENT)) {
            assertThat(other.ask("begin " + COUNTER)).isEqualTo("ok");
            for (var mode : List.of("warm", "stop-copy", "warm")) {
                var before = cluster.process(job).path("node").asText();
                cluster.run("proc", "check", job).require(0);
                migrate(cluster, mode);
                assertThat(cluster.process(job).path("node").asText()).isNotEqualTo(before);
                assertThat(Long.parseLong(program.ask("read " + COUNTER))).isPositive();
            }

            var added = Long.parseLong(program.ask("end")) + Long.parseLong(other.ask("end"));

            assertThat(other.ask("read " + COUNTER)).isEqualTo("" + added);
            assertThat(program.ask("read " + COUNTER)).isEqualTo("" + added);
        }
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    void aProgramThatComesBackFromACheckpointSeesWhatTheClusterHasThen(Cluster cluster) {
        var program = start(cluster, "returner", "krg-touch");
        assertThat(program.ask("write 0 5")).isEqualTo("ok");
        var node = cluster.process(job).path("node").asText();
        try (var other = Toucher.on(cluster, elsewhere(cluster), SEGMENT)) {
            cluster.run("checkpoint", "create", job).require(0);
            assertThat(program.ask("read 0")).isEqualTo("5");
            assertThat(other.ask("exchange 0 9")).isEqualTo("5");

            cluster.killNode(node);

            Await.until(
                    "it to run elsewhere",
                    LIMIT,
                    () -> {
                        var process = cluster.process(job);
                        return !process.path("node").asText().equals(node)
                                && process.path("phase").asText().equals("running");
                    });
            // What it had answered since the checkpoint is taken back.
            program.wentBackTo(2);
            assertThat(program.ask("read 0")).isEqualTo("9");
            assertThat(program.ask("write 0 10")).isEqualTo("ok");
            assertThat(other.ask("read 0")).isEqualTo("10");
        }
    }

    @Test
    void whoHasASegmentOpenKeepsItWhereItGoesOnWhenNobodyElseMayOpenIt(Cluster cluster) {
        cluster.run("segment", "access", SEGMENT, "0666").require(0);
        job = "keeper";
        var touch = PROGRAMS.resolve("krg-touch").toString();
        var program = Answering.startAs("nobody", cluster, job, touch);
        assertThat(program.ask("map " + SEGMENT)).isEqualTo("ok 4194304");
        assertThat(program.ask("write 0 5")).isEqualTo("ok");

        cluster.run("segment", "access", SEGMENT, "0600").require(0);
        migrate(cluster, "stop-copy");

        assertThat(program.ask("exchange 0 6")).isEqualTo("5");
        assertThat(program.ask("advise 0 4096 3")).isEqualTo("ok");
        assertThat(program.ask("unmap")).isEqualTo("ok");
        assertThat(program.ask("map " + SEGMENT)).isEqualTo("error EACCES");
    }

    @Test
    void whoHasASegmentIsKnownFromEveryNode(Cluster cluster) {
        start(cluster, "holder", "krg-touch");
        var host = cluster.process(job).path("node").asText();
        try (var _ = Toucher.on(cluster, elsewhere(cluster), SEGMENT)) {
            var shown = cluster.run("segment", "attach-info", SEGMENT, "-o", "json").require(0);

            var attached = shown.json().path("attached");
            assertThat(attached).hasSize(2);
            assertThat(shown.json().path("silent")).isEmpty();
            for (var program : attached) {
                var isHosted = program.path("node").asText().equals(host);
                assertThat(program.path("target").asText()).isEqualTo(isHosted ? job + "/0" : "");
                assertThat(program.path("command").asText()).contains("krg-touch");
                assertThat(program.path("user").asText()).isNotEmpty();
                assertThat(program.path("handles").asInt()).isEqualTo(1);
                assertThat(program.path("mappings").get(0).path("bytes").asLong())
                        .isEqualTo(4 << 20);
                assertThat(program.path("mappings").get(0).path("writable").asBoolean()).isTrue();
            }
            assertThat(cluster.run("segment", "attach-info", SEGMENT).require(0).out())
                    .contains(job + "/0", "pages 0-1023 rw");
            assertThat(cluster.run("segment", "show", SEGMENT).require(0).out())
                    .contains("0600", host + " 1", elsewhere(cluster) + " 1");
        }
    }

    /// Among nodes that are alike otherwise it is the one that has the pages, not the first.
    @Test
    void aProgramIsDrawnToThePagesOfItsMemory(Cluster cluster) {
        var program = start(cluster, "drawn", "krg-touch");
        assertThat(program.ask("write 0 5")).isEqualTo("ok");
        var host = cluster.process(job).path("node").asText();
        for (var node : cluster.nodes().stream().filter(it -> !it.equals(host)).toList()) {
            try (var other = Toucher.on(cluster, node, SEGMENT)) {
                for (var page = 1; page <= 40; page++) {
                    assertThat(other.ask("write " + page * 4_096 + " 7")).isEqualTo("ok");
                }

                // Of a node that does not answer at once nothing is known.
                Await.until(
                        "it to be planned to go to " + node,
                        LIMIT,
                        () -> plan(cluster).path("to").asText().equals(node));
            }
        }
    }

    private JsonNode plan(Cluster cluster) {
        return cluster.run("proc", "migrate", job, "--to", "auto", "--dry-run", "-o", "json")
                .require(0)
                .json();
    }

    @Test
    void whoHoldsALockStaysUntilItIsReleased(Cluster cluster) {
        var program = start(cluster, "locker", "krg-sync");
        assertThat(program.ask("lock 7")).isEqualTo("ok");
        var node = cluster.process(job).path("node").asText();

        var looked = cluster.run("proc", "check", job);
        assertThat(looked.exit()).isEqualTo(9);
        assertThat(looked.out()).contains("holds object 7 of segment").contains("is released");
        var refused =
                cluster.installation()
                        .run(LIMIT, "proc", "migrate", job, "--to", "auto", "--mode", "stop-copy");

        assertThat(refused.exit()).as("%s", refused).isEqualTo(9);
        assertThat(refused.err()).contains("holds object 7 of segment");
        assertThat(cluster.process(job).path("node").asText()).isEqualTo(node);
        assertThat(program.ask("unlock 7")).isEqualTo("ok");
        cluster.run("proc", "check", job).require(0);
        migrate(cluster, "stop-copy");
        assertThat(program.ask("lock 7")).isEqualTo("ok");
    }

    private Answering start(Cluster cluster, String name, String what) {
        job = name;
        var program = Answering.start(cluster, job, PROGRAMS.resolve(what).toString());
        assertThat(program.ask("map " + SEGMENT)).isEqualTo("ok 4194304");
        return program;
    }

    private void migrate(Cluster cluster, String mode) {
        cluster.installation()
                .run(LIMIT, "proc", "migrate", job, "--to", "auto", "--mode", mode)
                .require(0);
    }

    private String elsewhere(Cluster cluster) {
        var node = cluster.process(job).path("node").asText();
        return cluster.nodes().stream().filter(it -> !it.equals(node)).findFirst().orElseThrow();
    }
}
