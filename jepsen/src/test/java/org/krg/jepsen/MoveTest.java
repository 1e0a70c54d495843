// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.MoveFaults.Harm;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.HeldUp;
import org.krg.jepsen.workload.JobRequest;
import org.krg.jepsen.workload.Witness;
import org.krg.tools.http.ApiPath;

/// Running programs move between nodes.
@ExtendWith(SharedCluster.class)
class MoveTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_MOVE = Duration.ofMinutes(2);
    private static final int MOVES = 4;

    @Test
    void aProcessMovesToAndFroAndWritesEveryLineOnce(Cluster cluster) {
        var file = cluster.installation().scratch().resolve("moving");
        var witness = new Witness("moving", file, 32, Witness.Kind.UNMODIFIED);
        cluster.submit(witness.request(cluster.installation()));
        cluster.awaitPhase(witness.name(), "running", TO_START);
        awaitMarks(witness, 20);
        for (var i = 0; i < MOVES; i++) {
            var before = cluster.process(witness.name());
            move(cluster, witness.name(), i % 2 == 0 ? "warm" : "stop-copy");
            var after = cluster.process(witness.name());
            assertThat(after.path("node").asText()).isNotEqualTo(before.path("node").asText());
            assertThat(after.path("epoch").asLong()).isEqualTo(before.path("epoch").asLong() + 1);
            awaitMarks(witness, witness.marks().size() + 20);
        }
        cluster.run("job", "stop", witness.name(), "--signal", "KILL").require(0);
        cluster.awaitPhase(witness.name(), "ended", TO_START);

        var marks = witness.marks();
        assertThat(Witness.twoAtOnce(marks)).isEmpty();
        assertThat(marks.stream().map(Witness.Mark::number))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, marks.size()).boxed().toList());
        assertThat(marks.getLast().epoch()).isEqualTo(1 + MOVES);
        var lines = cluster.run("logs", witness.name()).require(0).out().lines().toList();
        assertThat(lines)
                .hasSizeGreaterThanOrEqualTo(marks.size())
                .isEqualTo(IntStream.rangeClosed(1, lines.size()).mapToObj(n -> "" + n).toList());
    }

    @Test
    void standardInputIsReadOnceAcrossMoves(Cluster cluster) {
        start(cluster, "reader", List.of("/bin/cat"), true);
        var lines = IntStream.rangeClosed(1, 3_000).mapToObj(n -> n + "\n").toList();
        var sent = CompletableFuture.runAsync(() -> pour(cluster, "reader", lines));
        for (var i = 0; i < 2 && !sent.isDone(); i++) {
            move(cluster, "reader", "stop-copy");
        }
        sent.join();
        cluster.run("wait", "reader").require(0);

        assertThat(cluster.run("logs", "reader").require(0).out())
                .isEqualTo(String.join("", lines));
    }

    @Test
    void aSlowReaderReadsItsInputOnceAcrossMoves(Cluster cluster) {
        var program =
                """
                import os, time
                while True:
                    piece = os.read(0, 16384)
                    if not piece: break
                    os.write(1, piece)
                    time.sleep(1)
                """;
        start(cluster, "slow-reader", List.of("/usr/bin/python3", "-c", program), true);
        var text = IntStream.range(0, 70_000).mapToObj(n -> n + "\n").collect(joining());
        var sent = CompletableFuture.runAsync(() -> pour(cluster, "slow-reader", List.of(text)));
        for (var i = 0; i < 2 && !sent.isDone(); i++) {
            move(cluster, "slow-reader", "stop-copy");
        }
        sent.join();
        cluster.run("wait", "slow-reader").require(0);

        assertThat(cluster.run("logs", "slow-reader").require(0).out()).isEqualTo(text);
    }

    /// Sends all of it, and that it has ended.
    private static void pour(Cluster cluster, String process, List<String> pieces) {
        try (var client = cluster.client()) {
            var path = ApiPath.of("processes", process, "stdin");
            for (var piece : pieces) {
                var rest = piece.getBytes(StandardCharsets.UTF_8);
                while (rest.length > 0) {
                    var written = client.postBytes(path, rest, TO_START).path("written").asInt();
                    rest = Arrays.copyOfRange(rest, written, rest.length);
                    if (written == 0) {
                        Await.pause(Duration.ofMillis(10));
                    }
                }
            }
            while (!client.postBytes(path.with("eof", true), new byte[0], TO_START)
                    .path("ended")
                    .asBoolean()) {
                Await.pause(Duration.ofMillis(10));
            }
        }
    }

    @Test
    void aMoveThatCannotBeIsRefusedWithEveryObstacleAndTheProgramGoesOn(Cluster cluster)
            throws IOException {
        var file = cluster.installation().scratch().resolve("beats");
        start(
                cluster,
                "listener",
                List.of(
                        "/usr/bin/python3",
                        "-c",
                        """
                        import socket, sys, time
                        inet = socket.socket(); inet.bind(('127.0.0.1', 0)); inet.listen()
                        name = socket.socket(socket.AF_UNIX); name.bind('\\0krg-test-name')
                        import fcntl
                        held = open(sys.argv[1] + '.lock', 'w'); fcntl.lockf(held, fcntl.LOCK_EX)
                        while True:
                            with open(sys.argv[1], 'a') as beats: beats.write('x')
                            time.sleep(0.01)
                        """,
                        file.toString()),
                false);
        Await.until("it to beat", TO_START, () -> Files.exists(file));
        var before = cluster.process("listener");

        var refused = cluster.run("proc", "migrate", "listener", "--to", "auto");

        assertThat(refused.exit()).as("%s", refused).isEqualTo(9);
        assertThat(refused.err())
                .contains("bound to tcp 127.0.0.1:")
                .contains("bound to unix @krg-test-name")
                .contains("nothing was done");
        var checked = cluster.run("proc", "check", "listener", "--to", elsewhere(cluster, before));
        assertThat(checked.exit()).isEqualTo(9);
        assertThat(checked.out())
                .contains(
                        "tcp 127.0.0.1:", "@krg-test-name", "a lock is held on " + file + ".lock");
        var size = Files.size(file);
        Await.until("it to go on", TO_START, () -> file.toFile().length() > size);
        assertThat(cluster.process("listener").path("epoch").asLong()).isEqualTo(1);
        cluster.run("job", "stop", "listener", "--signal", "KILL").require(0);
    }

    @Test
    void aMoveThatIsCancelledLeavesTheProcessWhereItIs(Cluster cluster) {
        var file = cluster.installation().scratch().resolve("staying");
        var witness = new Witness("staying", file, 64, Witness.Kind.UNMODIFIED);
        cluster.submit(witness.request(cluster.installation()));
        cluster.awaitPhase(witness.name(), "running", TO_START);
        awaitMarks(witness, 20);
        var before = cluster.process(witness.name());
        try (var held = HeldUp.at(cluster, before.path("node").asText(), "SENT_AHEAD");
                var watching =
                        cluster.installation()
                                .start(
                                        "proc",
                                        "migrate",
                                        witness.name(),
                                        "--to",
                                        "auto",
                                        "--mode",
                                        "warm")) {
            held.await(TO_MOVE);
            // Ctrl-C ends the watching, and not the move.
            watching.interrupt();
            var left = watching.await(TO_MOVE);
            assertThat(left.exit()).as("%s", left).isNotZero();
            var goesOn = Pattern.compile("no longer watching: operation (\\d+) goes on");
            var operation = goesOn.matcher(left.err());
            assertThat(operation.find()).as("%s", left).isTrue();
            var id = operation.group(1);
            assertThat(cluster.get("operations", id).path("active").asBoolean()).isTrue();

            cluster.run("op", "cancel", id).require(0);
        }

        awaitMarks(witness, witness.marks().size() + 50);
        var after = cluster.process(witness.name());
        assertThat(after.path("node")).isEqualTo(before.path("node"));
        assertThat(after.path("epoch")).isEqualTo(before.path("epoch"));
        assertThatNoNodeFits(cluster, witness.name());
        // Its epoch was kept for the move that did not come about.
        move(cluster, witness.name(), "stop-copy");
        assertThat(cluster.process(witness.name()).path("epoch").asLong()).isEqualTo(3);
        assertThat(Witness.twoAtOnce(witness.marks())).isEmpty();
        cluster.run("job", "stop", witness.name(), "--signal", "KILL").require(0);
    }

    private static void assertThatNoNodeFits(Cluster cluster, String name) {
        var process = cluster.process(name);
        var others =
                cluster.nodes().stream()
                        .filter(node -> !node.equals(process.path("node").asText()))
                        .toList();
        try {
            others.forEach(node -> cluster.cordon(node, true));
            var refused = cluster.run("proc", "migrate", name, "--to", "auto");
            assertThat(refused.exit()).as("%s", refused).isEqualTo(6);
            assertThat(refused.err()).contains("no other node can take it").contains(others);
        } finally {
            others.forEach(node -> cluster.cordon(node, false));
        }
        assertThat(cluster.process(name).path("epoch")).isEqualTo(process.path("epoch"));
    }

    @Test
    void whoeverIsKilledAtWhateverMomentOneIncarnationRuns(Cluster cluster) {
        assertThatNothingIsWrongAfter(4, Harm.KILLED, Witness.Kind.UNMODIFIED, cluster);
    }

    @Test
    @Tag("long")
    void hundredsOfKillsAtEveryMomentLeaveOneIncarnationRunning() {
        try (var cluster = Cluster.up(3)) {
            assertThatNothingIsWrongAfter(336, Harm.KILLED, Witness.Kind.UNMODIFIED, cluster);
        }
    }

    @Test
    @Tag("long")
    void killsAtEveryMomentLeaveOneIncarnationOfAProgramThatSavesItself() {
        try (var cluster = Cluster.up(3)) {
            assertThatNothingIsWrongAfter(42, Harm.KILLED, Witness.Kind.SAVES_ITSELF, cluster);
        }
    }

    @Test
    @Tag("long")
    void whoeverStandsStillAtWhateverMomentOneIncarnationRuns() {
        try (var cluster = Cluster.up(3)) {
            assertThatNothingIsWrongAfter(42, Harm.STOPPED, Witness.Kind.UNMODIFIED, cluster);
        }
    }

    private static void assertThatNothingIsWrongAfter(
            int faults, Harm harm, Witness.Kind kind, Cluster cluster) {
        var report = new MoveFaults(cluster, kind, harm, System.out::println).run(faults, SEED);

        assertThat(report.violations()).as("violations with -Dkrg.seed=%d", SEED).isEmpty();
        assertThat(report.faults()).isEqualTo(faults);
    }

    private static void start(Cluster cluster, String name, List<String> command, boolean stdin) {
        var directory = cluster.installation().scratch();
        cluster.submit(JobRequest.of(name, directory, command).put("stdin", stdin));
        cluster.awaitPhase(name, "running", TO_START);
    }

    /// Asks one node only, which is not the one that has the program.
    private static void move(Cluster cluster, String name, String mode) {
        var asked = cluster.member(elsewhere(cluster, cluster.process(name))).api().toString();
        cluster.installation()
                .run(
                        TO_MOVE,
                        "--endpoint",
                        asked,
                        "proc",
                        "migrate",
                        name,
                        "--to",
                        "auto",
                        "--mode",
                        mode)
                .require(0);
    }

    private static String elsewhere(Cluster cluster, JsonNode process) {
        return cluster.nodes().stream()
                .filter(node -> !node.equals(process.path("node").asText()))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitMarks(Witness witness, int count) {
        Await.until(witness.name() + " to count", TO_START, () -> witness.marks().size() >= count);
    }
}
