// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.check.Linearizability;
import org.krg.jepsen.check.Replay;
import org.krg.jepsen.check.Sessions;
import org.krg.jepsen.check.WatchPromises;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Recorder;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Watched;
import org.krg.state.ClusterStore;
import org.krg.state.model.NodeId;
import org.krg.testkit.RaftPartition;
import org.krg.testkit.StateCluster;

/// Clients and watchers of keys on three members that are stopped, started, cut off and given
/// snapshots; then the checkers. A run in which the faults did not bite shows nothing and fails.
class KeysUnderFaultsTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Span ALL = new Span("a", "z");
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int CLIENTS = 4;

    /// Answers; each fourth call at least is a change.
    private static final int MANY = 800;

    /// Between two faults; elections take some seconds.
    private static final Duration CALM = Duration.ofMillis(1_500);

    private final Random random = new Random(SEED);
    private final Recorder recorder = new Recorder();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<StoreWatcher> watchers =
            List.of(
                    new StoreWatcher(ALL, true),
                    new StoreWatcher(Span.prefix("p"), false),
                    new StoreWatcher(Span.one("k1"), true));

    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // Each test sets it first.
    private StateCluster cluster;

    @Test
    void clientsAndWatchersSeeOneHistory() throws InterruptedException {
        runWith(5);
    }

    @Test
    @Tag("long")
    void clientsAndWatchersSeeOneHistoryForLong() throws InterruptedException {
        runWith(60);
    }

    private void runWith(int faults) throws InterruptedException {
        try (var started = StateCluster.start(directory, 3, config -> config.withLog(64, 1))) {
            cluster = started;
            var first = cluster.awaitLeader();
            var clients = IntStream.range(0, CLIENTS).mapToObj(this::startClient).toList();
            watchers.forEach(watcher -> watcher.moveTo(cluster.store(first)));
            var leaders = new ArrayList<NodeId>();
            for (var i = 0; i < faults; i++) {
                Thread.sleep(CALM);
                leaders.add(cluster.awaitLeader());
                fault(i);
            }
            leaders.add(cluster.awaitLeader());
            Thread.sleep(CALM);
            await().atMost(SOON).until(() -> answered() > MANY);
            stopping.set(true);
            for (var client : clients) {
                client.join();
            }
            check(leaders);
            assertThat(cluster.ends()).isEmpty();
        }
    }

    private Thread startClient(int number) {
        var load = new KeyLoad(new Random(SEED + number), number);
        var client = new StoreClient(cluster, recorder, number, new Random(SEED - number));
        return Thread.ofVirtual()
                .start(() -> {
                    while (!stopping.get()) {
                        load.next(client);
                    }
                });
    }

    /// Every kind of fault comes, whatever the seed.
    private void fault(int number) throws InterruptedException {
        var leader = cluster.awaitLeader();
        var victim = number % 2 == 0 ? leader : cluster.awaitFollower();
        if (number % 3 == 1) {
            try (var _ = new RaftPartition(victim + ".1")) {
                cluster.cutLinks(victim);
                Thread.sleep(CALM.multipliedBy(2));
            } finally {
                cluster.cutLinks(null);
            }
        } else {
            moveWatchers(victim);
            cluster.stop(victim);
            Thread.sleep(CALM);
            cluster.open(victim);
        }
        moveWatchers(null);
    }

    private void moveWatchers(@Nullable NodeId notTo) {
        for (var watcher : watchers) {
            watcher.moveTo(somebodyBut(notTo, random));
        }
    }

    private ClusterStore somebodyBut(@Nullable NodeId notThis, RandomGenerator choice) {
        var nodes =
                IntStream.rangeClosed(1, 3)
                        .mapToObj(StateCluster::node)
                        .filter(cluster::isRunning)
                        .filter(node -> !node.equals(notThis))
                        .toList();
        return cluster.store(nodes.get(choice.nextInt(nodes.size())));
    }

    private void check(List<NodeId> leaders) {
        var calls = recorder.calls();
        var log = log();
        assertThatItBit(leaders, log);
        var about = "with -Dkrg.seed=" + SEED;
        assertThat(Replay.violations(calls, log)).as("replay " + about).isEmpty();
        assertThat(Linearizability.violations(calls)).as("orders " + about).isEmpty();
        assertThat(Sessions.violations(calls)).as("sessions " + about).isEmpty();
        for (var watcher : watchers) {
            await().atMost(SOON)
                    .until(() -> {
                        watcher.bookmark();
                        return watcher.told() >= log.getLast().revision();
                    });
            watcher.stop();
            for (var watched : watcher.finished()) {
                assertThat(WatchPromises.violations(watched, log)).as("watch " + about).isEmpty();
            }
        }
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(cluster.stores().stream().map(ClusterStore::hash).distinct())
                                .as("digests " + about)
                                .hasSize(1));
    }

    /// The changes from the first revision on, as each member tells them from its storage.
    private List<Change> log() {
        var logs = cluster.stores().stream().map(this::log).distinct().toList();
        assertThat(logs).as("all members tell one history").hasSize(1);
        return logs.getFirst();
    }

    private List<Change> log(ClusterStore store) {
        var until =
                await().atMost(SOON)
                        .ignoreExceptions()
                        .until(() -> store.read().get().revision().value(), _ -> true);
        var watcher = new StoreWatcher(ALL, false);
        watcher.moveTo(store);
        await().atMost(SOON)
                .until(() -> {
                    watcher.bookmark();
                    return watcher.told() >= until;
                });
        watcher.stop();
        return watcher.finished().stream().map(Watched::changes).findFirst().orElse(List.of());
    }

    private long answered() {
        return recorder.calls().stream().filter(call -> call.done().isPresent()).count();
    }

    private void assertThatItBit(List<NodeId> leaders, List<Change> log) {
        assertThat(leaders.stream().distinct().count()).as("leaders").isGreaterThan(1);
        assertThat(log.size()).as("changes").isGreaterThan(MANY / 4);
        assertThat(cluster.snapshotsTaken()).as("snapshots").isPositive();
    }
}
