// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.krg.jepsen.MoveFaults.Harm;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Conversation;
import org.krg.jepsen.workload.JobRequest;
import org.krg.jepsen.workload.Witness;

/// Nodes that are as apart as machines, and do not hear each other for a while. They speak TLS, as
/// everywhere beyond loopback.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionsTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration LIMIT = Duration.ofHours(3);

    @SuppressWarnings("NullAway.Init") // JUnit calls start first.
    private Cluster cluster;

    @BeforeAll
    void start() {
        cluster = Cluster.upSeparate(3);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @BeforeEach
    void heal() {
        cluster.heal();
    }

    @AfterEach
    void mend() {
        cluster.mend();
    }

    @Test
    void partitionsUnderLoadBreakNoPromise() {
        assertThatPartitionsBreakNoPromise(cluster, 2, 6_000);
    }

    @Test
    @Tag("long")
    void manyPartitionsUnderLoadBreakNoPromise() {
        assertThatPartitionsBreakNoPromise(cluster, 60, 15_000);
    }

    @Test
    @Tag("long")
    void manyPartitionsOfFiveNodesUnderLoadBreakNoPromise() {
        try (var five = Cluster.upSeparate(5)) {
            assertThatPartitionsBreakNoPromise(five, 60, 15_000);
        }
    }

    private static void assertThatPartitionsBreakNoPromise(
            Cluster cluster, int partitions, int mostMillis) {
        var report =
                new KeyCampaign(cluster, _ -> {})
                        .run(
                                0,
                                partitions,
                                LIMIT,
                                SEED,
                                random -> KeyPartitionsCommand.part(cluster, random, mostMillis));

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.faults()).isEqualTo(partitions);
        assertThat(report.answered()).as("answered calls").isGreaterThan(20L * partitions);
    }

    @Test
    void aProcessOfANodeThatIsCutOffStandsStillBeforeItGoesOnElsewhere() {
        var witness =
                new Witness(
                        "cut-off",
                        cluster.installation().scratch().resolve("cut-off"),
                        8,
                        Witness.Kind.UNMODIFIED);
        cluster.submit(witness.request(cluster.installation()));
        var first = cluster.awaitPhase(witness.name(), "running", SOON);
        cluster.run("checkpoint", "create", witness.name()).require(0);
        awaitMarks(witness, first.path("epoch").asLong());
        var node = first.path("node").asText();

        cluster.cut(List.of(node), others(node));
        awaitMarks(witness, first.path("epoch").asLong() + 1);
        cluster.mend();
        cluster.awaitReady();
        awaitMarks(witness, first.path("epoch").asLong() + 1);

        assertThat(Witness.twoAtOnce(witness.marks())).isEmpty();
        assertThat(cluster.process(witness.name()).path("node").asText()).isNotEqualTo(node);
        cluster.run("job", "stop", witness.name(), "--signal", "KILL").require(0);
    }

    private static void awaitMarks(Witness witness, long epoch) {
        var before = witness.marks().size();
        Await.until(
                "epoch " + epoch + " to count",
                SOON,
                () ->
                        witness.marks().size() > before + 20
                                && witness.marks().getLast().epoch() == epoch);
    }

    @Test
    @Tag("long")
    void whoeverIsCutOffAtWhateverMomentOfAMoveOneIncarnationRuns() {
        var report =
                new MoveFaults(cluster, Witness.Kind.UNMODIFIED, Harm.CUT_OFF, _ -> {})
                        .run(36, SEED);

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.faults()).isEqualTo(36);
    }

    @Test
    void cellsOfSeveralMachinesTalkOnWhileOneMovesAndWhileTheirMachinesDoNotHearEachOther()
            throws IOException {
        submit("answers", "n1", Conversation.SERVER);
        Await.until("it to listen", SOON, () -> logs("answers").contains("listens"));
        var address = cluster.process("answers").path("address").asText();
        var enough = cluster.installation().scratch().resolve("enough");
        submit("asks", "n2", Conversation.CLIENT, address, enough.toString());
        Await.until("it to talk", SOON, () -> logs("asks").contains("talks"));

        cluster.installation().run(SOON, "proc", "migrate", "answers", "--to", "n3").require(0);
        // Shorter than a lease: nobody is given up.
        cluster.cut(List.of("n2"), List.of("n3"));
        cluster.mend();
        Files.createFile(enough);

        cluster.run("wait", "asks").require(0);
        assertThat(logs("asks")).contains("came back").doesNotContain("\n0 came");
        cluster.run("job", "stop", "answers", "--signal", "KILL").require(0);
    }

    private void submit(String name, String node, String program, String... arguments) {
        var command = new ArrayList<>(List.of("/usr/bin/python3", "-c", program));
        command.addAll(List.of(arguments));
        var request = JobRequest.of(name, cluster.installation().scratch(), command);
        cluster.submit(request.put("network", "cell"));
        cluster.awaitPhase(name, "running", SOON);
        if (!cluster.process(name).path("node").asText().equals(node)) {
            cluster.installation().run(SOON, "proc", "migrate", name, "--to", node).require(0);
        }
    }

    private String logs(String name) {
        return cluster.run("logs", name).require(0).out();
    }

    private List<String> others(String node) {
        return cluster.nodes().stream().filter(other -> !other.equals(node)).toList();
    }
}
