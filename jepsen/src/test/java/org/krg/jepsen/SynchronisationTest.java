// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Additions;
import org.krg.jepsen.programs.Toucher;

/// Programs on three nodes synchronise by the objects of a segment.
@ExtendWith(SharedCluster.class)
class SynchronisationTest {
    private static final String SEGMENT = "meeting";
    private static final int COUNTER = 4_096;

    /// In another block: the lost node has nothing of it.
    private static final int FAR_COUNTER = COUNTER + (2 << 20);

    private static final int WORD = 8;

    /// A node that is lost is declared so within this time, and its locks are free.
    private static final Duration LOSS = Duration.ofMinutes(3);

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

    @Test
    void aMutexGuardsPlainMemoryForThreadsOfAllNodes(Cluster cluster) {
        var guarding = new ArrayList<CompletableFuture<String>>();
        for (var node : cluster.nodes()) {
            guarding.add(on(cluster, node).begin("guard 1 " + COUNTER + " 50 2"));
        }

        guarding.forEach(it -> assertThat(it.join()).isEqualTo("ok"));

        var reader = Toucher.on(cluster, cluster.nodes().getLast(), SEGMENT);
        programs.add(reader);
        assertThat(reader.ask("read " + COUNTER)).isEqualTo("" + 3 * 50 * 2);
    }

    @Test
    void theDeathOfAHolderAndTheLossOfItsNodeAreReportedToTheNext(Cluster cluster) {
        var home = cluster.nodes().getFirst();
        var holder = on(cluster, home);
        var next = on(cluster, cluster.nodes().get(1));
        assertThat(holder.ask("lock 1")).isEqualTo("ok");
        assertThat(holder.ask("sem 0 2:-0:0 2:5:2")).isEqualTo("ok");
        var waiting = next.begin("lock 1");

        holder.close();

        assertThat(waiting.join()).isEqualTo("error EOWNERDEAD");
        assertThat(next.ask("consistent 1")).isEqualTo("ok");
        assertThat(next.ask("unlock 1")).isEqualTo("ok");
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(next.ask("semget 2")).isEqualTo("ok 0 0 0"));

        var another = on(cluster, home);
        assertThat(another.ask("lock 1")).isEqualTo("ok");
        var waitingAgain = next.begin("lock 1");
        cluster.killNode(home);
        assertThat(waitingAgain.orTimeout(LOSS.toSeconds(), TimeUnit.SECONDS).join())
                .isEqualTo("error EOWNERDEAD");
        assertThat(another.ask("unlock 1")).isEqualTo("error EHOSTDOWN");
    }

    @Test
    @Tag("long")
    void theLossOfANodeThatRunsSomethingOnceHandsItToTheNext(Cluster cluster) {
        var lost = cluster.nodes().getFirst();
        var runner = on(cluster, lost);
        var next = on(cluster, cluster.nodes().get(1));
        var other = on(cluster, cluster.nodes().getLast());
        var run = runner.begin("once 3 " + COUNTER + " 4");
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(next.ask("semget 4")).isEqualTo("ok 0 1 0"));
        assertThat(next.ask("semset 5 1")).isEqualTo("ok");
        var waiting = next.begin("once 3 " + FAR_COUNTER + " 5");
        assertThat(other.ask("semget 5")).isEqualTo("ok 1 0 0");

        cluster.killNode(lost);

        assertThat(waiting.orTimeout(LOSS.toSeconds(), TimeUnit.SECONDS).join())
                .isEqualTo("ok 1 1");
        assertThat(run.orTimeout(LOSS.toSeconds(), TimeUnit.SECONDS).join()).isNotEqualTo("ok 1 1");
        assertThat(other.ask("once 3 " + FAR_COUNTER + " 5")).isEqualTo("ok 1 1");
        assertThat(other.ask("semget 5")).isEqualTo("ok 0 0 0");
    }

    @Test
    void noAdditionIsLostOrMadeTwiceWhenTheHomeAndThenTheLeaderEnd(Cluster cluster) {
        var leader = cluster.awaitLeader();
        var home =
                cluster.nodes().stream().filter(it -> !it.equals(leader)).findFirst().orElseThrow();
        assertThat(on(cluster, home).ask("guard 1 " + COUNTER + " 1 1")).isEqualTo("ok");
        var additions = new Additions(WORD);
        for (var node : cluster.nodes()) {
            additions.begin(node, on(cluster, node));
        }
        additions.awaitMore(100);

        cluster.killNode(home);
        additions.awaitMore(100);
        cluster.start(home);
        cluster.awaitReady();
        additions.begin(home, on(cluster, home));
        additions.awaitMore(100);
        cluster.killNode(leader);
        additions.awaitMore(100);
        additions.stop();

        additions.check(on(cluster, home), home, leader);
    }
}
