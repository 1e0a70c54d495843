// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Conversation;
import org.krg.jepsen.workload.JobRequest;

/// Programs with addresses of their own move, and their connections with them.
@ExtendWith(SharedCluster.class)
class CellNetworkTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration TO_MOVE = Duration.ofMinutes(2);
    private static final int MOVES = 3;
    private static final int MANY_MOVES = 20;

    @Test
    void aConnectionFromOutsideSurvivesMovesAndTheServerAcceptsOthersAfterwards(
            Cluster cluster, TestReporter report) throws IOException {
        assertThatNothingIsLost(cluster, MOVES, report);
    }

    @Test
    @Tag("long")
    void aConnectionFromOutsideSurvivesManyMoves(Cluster cluster, TestReporter report)
            throws IOException {
        assertThatNothingIsLost(cluster, MANY_MOVES, report);
    }

    private static void assertThatNothingIsLost(Cluster cluster, int moves, TestReporter report)
            throws IOException {
        var address = startServer(cluster, "outward");
        var talk = Conversation.with(address);
        for (var i = 0; i < moves; i++) {
            var before = cluster.process("outward").path("node").asText();
            awaitMore(talk);
            move(cluster, "outward", i % 2 == 0 ? "stop-copy" : "warm");
            assertThat(cluster.process("outward").path("node").asText()).isNotEqualTo(before);
            assertThat(cluster.process("outward").path("address").asText()).isEqualTo(address);
            awaitMore(talk);
        }

        assertThat(talk.end()).isZero();
        report.publishEntry("longest silence", talk.longestSilence().toString());
        var second = Conversation.with(address);
        awaitMore(second);
        assertThat(second.end()).isZero();
        stop(cluster, "outward");
        assertThatNothingLeadsTo(address);
    }

    @Test
    void twoProgramsTalkOnWhileEitherMoves(Cluster cluster) throws IOException {
        var address = startServer(cluster, "answers");
        var enough = cluster.installation().scratch().resolve("enough");
        start(cluster, "asks", Conversation.CLIENT, address, enough.toString());
        Await.until("it to talk", LIMIT, () -> logs(cluster, "asks").contains("talks"));

        move(cluster, "answers", "stop-copy");
        move(cluster, "asks", "stop-copy");
        Files.createFile(enough);

        cluster.run("wait", "asks").require(0);
        assertThat(logs(cluster, "asks")).contains("came back").doesNotContain("\n0 came");
        stop(cluster, "answers");
        assertThatNothingLeadsTo(address);
    }

    @Test
    void backFromAnOldCheckpointBothSidesHearThatTheConnectionIsOver(Cluster cluster)
            throws IOException {
        var address = startServer(cluster, "thrownback");
        var talk = Conversation.with(address);
        awaitMore(talk);
        var checkpoint =
                cluster.run("checkpoint", "create", "thrownback", "-o", "json").require(0).json();
        awaitMore(talk);

        cluster.installation()
                .run(TO_MOVE, "checkpoint", "restore", checkpoint.path("id").asText())
                .require(0);

        assertThatThrownBy(talk::end).hasMessageContaining("then: ");
        Await.until(
                "the server to hear of it",
                LIMIT,
                () -> logs(cluster, "thrownback").matches("(?s).*(abort|reset).*"));
        var second = Conversation.with(address);
        awaitMore(second);
        assertThat(second.end()).isZero();
        stop(cluster, "thrownback");
        assertThatNothingLeadsTo(address);
    }

    @Test
    void anAddressMovesWithItsProgramWhoseSocketsAreNoObstacle(Cluster cluster) {
        startServer(cluster, "checked");

        cluster.run("proc", "check", "checked").require(0);

        assertThat(cluster.run("ps").require(0).out()).contains("ADDRESS", "10.");
        stop(cluster, "checked");
    }

    private static String startServer(Cluster cluster, String name) {
        start(cluster, name, Conversation.SERVER);
        Await.until(name + " to listen", LIMIT, () -> logs(cluster, name).contains("listens"));
        return cluster.process(name).path("address").asText();
    }

    private static void start(Cluster cluster, String name, String program, String... arguments) {
        var command = new ArrayList<>(List.of("/usr/bin/python3", "-c", program));
        command.addAll(List.of(arguments));
        var directory = cluster.installation().scratch();
        cluster.submit(JobRequest.of(name, directory, command).put("network", "cell"));
        cluster.awaitPhase(name, "running", LIMIT);
    }

    private static String logs(Cluster cluster, String name) {
        return cluster.run("logs", name).require(0).out();
    }

    private static void move(Cluster cluster, String name, String mode) {
        cluster.installation()
                .run(TO_MOVE, "proc", "migrate", name, "--to", "auto", "--mode", mode)
                .require(0);
    }

    private static void stop(Cluster cluster, String name) {
        cluster.run("job", "stop", name, "--signal", "KILL").require(0);
        cluster.awaitPhase(name, "ended", LIMIT);
    }

    private static void awaitMore(Conversation talk) {
        var now = talk.received();
        Await.until("an answer", LIMIT, () -> talk.received() > now + 1_000);
    }

    private static void assertThatNothingLeadsTo(String address) {
        Await.until("nothing to lead to " + address, LIMIT, () -> isFree(address));
    }

    private static boolean isFree(String address) {
        return (ip("-oneline", "link", "show") + ip("-oneline", "route", "show"))
                .lines()
                .noneMatch(line -> List.of(line.strip().split(" +")).contains(address));
    }

    private static String ip(String... words) {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        try {
            var process = new ProcessBuilder(line).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
