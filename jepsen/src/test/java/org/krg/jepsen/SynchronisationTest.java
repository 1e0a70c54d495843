// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Toucher;

/// Programs on three nodes synchronise by the objects of a segment.
@ExtendWith(SharedCluster.class)
class SynchronisationTest {
    private static final String SEGMENT = "meeting";
    private static final int COUNTER = 4_096;
    private static final int WORD = 8;

    /// A node that is lost is declared so within this time, and its locks are free.
    private static final Duration LOSS = Duration.ofSeconds(60);

    private final List<Toucher> programs = new ArrayList<>();

    @BeforeEach
    void create(Cluster cluster) {
        cluster.run("segment", "create", SEGMENT, "--size", "4M").require(0);
    }

    @AfterEach
    void destroy(Cluster cluster) {
        programs.forEach(Toucher::close);
        cluster.startAll();
        cluster.run("segment", "destroy", SEGMENT).require(0);
    }

    private Toucher on(Cluster cluster, String node) {
        var program = Toucher.synchronisingOn(cluster, node, SEGMENT);
        programs.add(program);
        return program;
    }

    /// A node is ready a moment before it has registered again.
    private Toucher onceUp(Cluster cluster, String node) {
        var program = new AtomicReference<Toucher>();
        await().atMost(LOSS).untilAsserted(() -> program.set(on(cluster, node)));
        return program.get();
    }

    @Test
    void aMutexGuardsPlainMemoryForThreadsOfAllNodes(Cluster cluster) {
        var guarding = new ArrayList<CompletableFuture<String>>();
        for (var node : cluster.nodes()) {
            guarding.add(onceUp(cluster, node).begin("guard 1 " + COUNTER + " 50 2"));
        }

        guarding.forEach(it -> assertThat(it.join()).isEqualTo("ok"));

        var reader = Toucher.on(cluster, cluster.nodes().getLast(), SEGMENT);
        programs.add(reader);
        assertThat(reader.ask("read " + COUNTER)).isEqualTo("" + 3 * 50 * 2);
    }

    @Test
    void theDeathOfAHolderAndTheLossOfItsNodeAreReportedToTheNext(Cluster cluster) {
        var home = cluster.nodes().getFirst();
        var holder = onceUp(cluster, home);
        var next = onceUp(cluster, cluster.nodes().get(1));
        assertThat(holder.ask("lock 1")).isEqualTo("ok");
        assertThat(holder.ask("sem 0 2:-0:0 2:5:2")).isEqualTo("ok");
        var waiting = next.begin("lock 1");

        holder.close();

        assertThat(waiting.join()).isEqualTo("error EOWNERDEAD");
        assertThat(next.ask("consistent 1")).isEqualTo("ok");
        assertThat(next.ask("unlock 1")).isEqualTo("ok");
        await().untilAsserted(() -> assertThat(next.ask("semget 2")).isEqualTo("ok 0 0 0"));

        var another = on(cluster, home);
        assertThat(another.ask("lock 1")).isEqualTo("ok");
        var waitingAgain = next.begin("lock 1");
        cluster.killNode(home);
        assertThat(waitingAgain.orTimeout(LOSS.toSeconds(), TimeUnit.SECONDS).join())
                .isEqualTo("error EOWNERDEAD");
        assertThat(another.ask("unlock 1")).isEqualTo("error EHOSTDOWN");
    }

    @Test
    void noAdditionIsLostOrMadeTwiceWhenTheHomeAndThenTheLeaderEnd(Cluster cluster) {
        var leader = cluster.get("status").path("leader").asText();
        var home =
                cluster.nodes().stream().filter(it -> !it.equals(leader)).findFirst().orElseThrow();
        assertThat(onceUp(cluster, home).ask("guard 1 " + COUNTER + " 1 1")).isEqualTo("ok");
        var tally = new Tally();
        var counting = new ArrayList<CompletableFuture<Void>>();
        for (var node : cluster.nodes()) {
            counting.add(tally.count(node, onceUp(cluster, node)));
        }
        await().atMost(LOSS).until(() -> tally.found.size() > 100);

        cluster.killNode(home);
        tally.awaitMore();
        cluster.start(home);
        cluster.awaitReady();
        counting.add(tally.count(home, onceUp(cluster, home)));
        tally.awaitMore();
        cluster.killNode(leader);
        tally.awaitMore();
        tally.stopped = true;
        CompletableFuture.allOf(counting.toArray(CompletableFuture[]::new)).join();

        assertThat(tally.found).doesNotHaveDuplicates();
        assertThat(tally.unanswered).containsExactlyInAnyOrder(home, leader);
        var last = on(cluster, home).ask("load " + WORD);
        var value = Integer.parseInt(last.substring("ok ".length()));
        assertThat(value)
                .isBetween(tally.found.size(), tally.found.size() + tally.unanswered.size());
        assertThat(Collections.max(tally.found)).isLessThan(value);
    }

    /// What each acknowledged addition of 1 found in the word, and on which nodes one ended without
    /// an answer.
    private static final class Tally {
        private final List<Integer> found = Collections.synchronizedList(new ArrayList<>());
        private final List<String> unanswered = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean stopped;

        CompletableFuture<Void> count(String node, Toucher program) {
            return CompletableFuture.runAsync(
                    () -> {
                        while (!stopped && isCounted(node, program.ask("count " + WORD + " 20"))) {
                            // What it found is noted.
                        }
                    },
                    Thread::startVirtualThread);
        }

        /// Notes an answer.
        ///
        /// @return false if the last addition had none
        private boolean isCounted(String node, String answer) {
            var parts = answer.split(" *error ", 2);
            for (var each : parts[0].split(" ", -1)) {
                if (!each.isEmpty()) {
                    found.add(Integer.parseInt(each));
                }
            }
            if (parts.length == 1) {
                return true;
            }
            assertThat(parts[1]).isEqualTo("EHOSTDOWN");
            unanswered.add(node);
            return false;
        }

        void awaitMore() {
            var now = found.size();
            await().atMost(LOSS).until(() -> found.size() > now + 100);
        }
    }
}
