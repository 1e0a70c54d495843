// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.MoveFaults.Harm;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Running;
import org.krg.jepsen.programs.Conversation;
import org.krg.jepsen.workload.JobRequest;
import org.krg.jepsen.workload.Witness;

/// Nodes that are as apart as machines, and do not hear each other for a while. They speak TLS, as
/// everywhere beyond loopback.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeparateNetworksTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration LIMIT = Duration.ofHours(3);
    private static final int CTRL_C = 130;

    @SuppressWarnings("NullAway.Init") // JUnit calls start first.
    private Cluster cluster;

    @BeforeAll
    void start() {
        cluster = Cluster.upWithClocks(3);
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
    void aPartitionTwoFaultsAtATimeAndJumpsOfClocksUnderLoadBreakNoPromise() {
        var turn = new AtomicInteger();
        assertThatNoPromiseBreaks(
                cluster,
                4,
                random ->
                        switch (turn.getAndIncrement()) {
                            case 0 -> PartitionsCommand.part(cluster, random, 4_000);
                            case 1 -> KeyFaultsCommand.strike(cluster, random);
                            case 2 -> jump(ClockFault.LEADER_AHEAD, random);
                            default -> jump(ClockFault.ALL_APART, random);
                        });
    }

    private String jump(ClockFault fault, Random random) {
        return ClockJumpsCommand.jump(cluster, fault, random, 1_000);
    }

    @Test
    @Tag("long")
    void manyJumpsOfClocksUnderLoadBreakNoPromise() {
        assertThatNoPromiseBreaks(
                cluster,
                60,
                random -> ClockJumpsCommand.jump(cluster, ClockFault.any(random), random, 8_000));
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

    @Test
    @Tag("long")
    void manyFaultsAtATimeBreakNoPromise() {
        try (var five = Cluster.upSeparate(5)) {
            assertThatNoPromiseBreaks(five, 40, random -> KeyFaultsCommand.strike(five, random));
        }
    }

    private static void assertThatPartitionsBreakNoPromise(
            Cluster cluster, int partitions, int mostMillis) {
        assertThatNoPromiseBreaks(
                cluster, partitions, random -> PartitionsCommand.part(cluster, random, mostMillis));
    }

    private static void assertThatNoPromiseBreaks(
            Cluster cluster, int faults, KeyCampaign.Fault fault) {
        var report = new KeyCampaign(cluster, _ -> {}).run(0, faults, LIMIT, SEED, fault);

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.faults()).isEqualTo(faults);
        assertThat(report.answered()).as("answered calls").isGreaterThan(20L * faults);
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

    @Test
    void aClusterOfTwoMachinesIsMadeAsTheDocumentationSays(@TempDir Path scratch) {
        var first = new Machine("n1", 7640, scratch);
        var second = new Machine("n2", 7640, scratch);
        first.run(
                "cluster",
                "init",
                "--name",
                "lab",
                "--node",
                "m1",
                "--listen",
                first.api(),
                "--dev");
        try (var one = first.startAgent()) {
            first.awaitReady(one);
            var token = first.ask("cluster", "token", "create").out().strip();
            second.run(
                    "cluster",
                    "join",
                    first.api(),
                    "--node",
                    "m2",
                    "--listen",
                    second.api(),
                    "--dev",
                    "--token",
                    token);
            try (var two = second.startAgent()) {
                second.awaitReady(two);
                var keys = scratch.resolve("keys");
                first.ask("user", "certificate", "ann", "--admin", "--out", keys.toString());

                var fromElsewhere = new ArrayList<>(List.of("state", "put", "made", "well"));
                fromElsewhere.addAll(List.of("--endpoint", first.api() + "," + second.api()));
                fromElsewhere.addAll(List.of("--cacert", keys.resolve("ca.crt").toString()));
                fromElsewhere.addAll(List.of("--cert", keys.resolve("ann.crt").toString()));
                fromElsewhere.addAll(List.of("--key", keys.resolve("ann.key").toString()));
                within("n3", fromElsewhere.toArray(String[]::new)).require(0);
                var plain = within("n3", "state", "get", "made", "--endpoint", first.api());
                assertThat(plain.exit()).as("%s", plain).isEqualTo(2);
                assertThat(plain.err()).contains("TLS only", "--cacert");
                assertThat(second.ask("state", "get", "made").out()).contains("well");
                assertThat(second.ask("node", "list").out()).contains("m1", "m2", first.api());
                two.interrupt();
                two.await(SOON).require(CTRL_C);
            }
            one.interrupt();
            one.await(SOON).require(CTRL_C);
        }
    }

    /// A machine on which somebody works as the documentation says: the network of a node, with
    /// another agent in it.
    private final class Machine {
        private final String node;
        private final int port;
        private final Path config;
        private final Path data;

        Machine(String node, int port, Path scratch) {
            this.node = node;
            this.port = port;
            this.config = scratch.resolve(node + ".toml");
            this.data = scratch.resolve(node);
        }

        String api() {
            return cluster.member(node).api().host() + ":" + port;
        }

        /// Runs a command that writes this machine's settings.
        void run(String... line) {
            var whole = new ArrayList<>(List.of(line));
            whole.addAll(List.of("--config", config.toString(), "--data", data.toString()));
            within(node, whole.toArray(String[]::new)).require(0);
        }

        Running startAgent() {
            return cluster.installation()
                    .startWithin(
                            cluster.network(node), "agent", "run", "--config", config.toString());
        }

        void awaitReady(Running agent) {
            Await.until("it to serve", SOON, () -> agent.outSoFar().contains("krgd ready"));
            Await.until("it to take part", SOON, () -> tell("state", "get", "nothing").exit() != 8);
        }

        /// Asks the machine's own agent.
        Finished ask(String... line) {
            return tell(line).require(0);
        }

        private Finished tell(String... line) {
            var whole = new ArrayList<>(List.of(line));
            whole.addAll(List.of("--endpoint", "127.0.0.1:" + port));
            return within(node, whole.toArray(String[]::new));
        }
    }

    private Finished within(String node, String... line) {
        try (var running = cluster.installation().startWithin(cluster.network(node), line)) {
            return running.await(SOON);
        }
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
