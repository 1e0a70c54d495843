// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.HeldUp;
import org.krg.jepsen.workload.Witness;

/// Moves by `--mode post-copy`: the program runs at its target before its memory is there.
@ExtendWith(SharedCluster.class)
final class PostCopyTest {
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_MOVE = Duration.ofMinutes(2);

    /// Knows every byte of its memory.
    private static final String CHECKED =
            """
            import hashlib, os, threading, time
            MIB = 1 << 20
            block = os.urandom(64 * MIB)
            known = [hashlib.blake2b(block[i * MIB:(i + 1) * MIB]).digest() for i in range(64)]
            def check(i):
                if hashlib.blake2b(block[i % 64 * MIB:(i % 64 + 1) * MIB]).digest() != known[i % 64]:
                    os.write(1, b'BAD\\n')
                    os._exit(3)
            def work():
                i = 0
                while True:
                    i += 5
                    check(i)
                    time.sleep(0.01)
            threading.Thread(target=work, daemon=True).start()
            n = 0
            while True:
                n += 1
                check(n * 13)
                print(n, flush=True)
                time.sleep(0.01)
            """;

    @Test
    void aProgramThatKnowsItsMemoryMovesThereAndBackAndCanBeSavedAfterwards(Cluster cluster) {
        cluster.run("run", "--name", "checked", "/usr/bin/python3", "-u", "-c", CHECKED).require(0);
        var home = cluster.awaitPhase("checked", "running", TO_START).path("node").asText();
        awaitLines(cluster, 20);

        move(cluster, "auto");
        var away = cluster.process("checked").path("node").asText();
        assertThat(away).isNotEqualTo(home);
        awaitLines(cluster, lines(cluster).size() + 100);
        move(cluster, home);
        assertThat(cluster.process("checked").path("node").asText()).isEqualTo(home);
        awaitLines(cluster, lines(cluster).size() + 100);

        cluster.run("checkpoint", "create", "checked").require(0);
        cluster.run("job", "stop", "checked", "--signal", "KILL").require(0);
        cluster.awaitPhase("checked", "ended", TO_START);
        var lines = lines(cluster);
        assertThat(lines)
                .isEqualTo(IntStream.rangeClosed(1, lines.size()).mapToObj(n -> "" + n).toList());
    }

    @Test
    void aProgramWhoseSourceIsLostWhileItsMemoryFollowsGoesBackToWhatWasSentAhead() {
        try (var cluster = Cluster.up(3)) {
            var file = cluster.installation().scratch().resolve("followed");
            var witness = new Witness("followed", file, 64, Witness.Kind.UNMODIFIED);
            cluster.submit(witness.request(cluster.installation()));
            var home =
                    cluster.awaitPhase(witness.name(), "running", TO_START).path("node").asText();
            Await.until("marks", TO_START, () -> witness.marks().size() >= 20);
            var held = HeldUp.at(cluster, home, "FEEDS");
            try (var moving =
                    cluster.installation()
                            .start("proc", "migrate", witness.name(), "--mode", "post-copy")) {
                held.await(TO_MOVE);
                var runs = cluster.process(witness.name());
                assertThat(runs.path("node").asText()).isNotEqualTo(home);
                assertThat(runs.path("epoch").asLong()).isEqualTo(2);
                // It is under way, and nothing else is done with it.
                var again = cluster.run("proc", "migrate", witness.name(), "--to", home);
                assertThat(again.exit()).as("%s", again).isEqualTo(5);
                var partial = runs.path("id").asText() + ".2";
                var archive = cluster.installation().scratch().resolve("partial.krg").toString();
                var sent = cluster.run("checkpoint", "export", partial, archive);
                assertThat(sent.exit()).as("%s", sent).isEqualTo(5);
                assertThat(sent.err()).contains("is without memory, which follows");
                var copied = cluster.run("checkpoint", "restore", partial, "--name", "copied");
                assertThat(copied.exit()).as("%s", copied).isEqualTo(5);
                assertThat(copied.err()).contains("is without memory, which follows");
                var whole = cluster.process(witness.name()).path("lastCheckpoint").path("id");

                cluster.killNode(home);

                Await.until(
                        "the program to run again",
                        TO_MOVE,
                        () -> {
                            var back = cluster.process(witness.name());
                            return back.path("phase").asText().equals("running")
                                    && back.path("epoch").asLong() >= 3;
                        });
                assertThat(whole.asText()).isNotEmpty();
                assertThat(moving.await(TO_MOVE).require(1).err())
                        .contains("was lost on", "it goes on from checkpoint 1");
            }
            var back = cluster.process(witness.name());
            assertThat(back.path("origin").asText()).startsWith("checkpoint 1");
            var count = witness.marks().size();
            Await.until("more marks", TO_START, () -> witness.marks().size() >= count + 50);
            assertThat(Witness.twoAtOnce(witness.marks())).isEmpty();
            cluster.run("checkpoint", "create", witness.name()).require(0);
        }
    }

    private static void move(Cluster cluster, String to) {
        var moved =
                cluster.installation()
                        .run(
                                TO_MOVE,
                                "proc",
                                "migrate",
                                "checked",
                                "--to",
                                to,
                                "--mode",
                                "post-copy")
                        .require(0);
        assertThat(moved.err()).contains("it stood still for").contains("while it ran");
    }

    private static List<String> lines(Cluster cluster) {
        return cluster.run("logs", "checked").require(0).out().lines().toList();
    }

    private static void awaitLines(Cluster cluster, int count) {
        Await.until("lines", TO_START, () -> lines(cluster).size() >= count);
    }
}
