// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.testkit.RaftPartition;
import org.krg.testkit.StateCluster;

/// Promises of `docs/guarantees.md` while members are cut off, stopped, started again and given
/// snapshots: three members whose log is short.
@TestInstance(Lifecycle.PER_CLASS)
final class PromisesTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    /// Long beside a round of heartbeats, short beside an election.
    private static final Duration SOME = Duration.ofMillis(500);

    /// Longer than the pause before the second try, shorter than three tries.
    private static final Duration A_MOMENT = Duration.ofMillis(75);

    /// Entries between snapshots.
    private static final int SNAPSHOT = 32;

    private final ClusterOperations client = new ClusterOperations();
    private StateCluster cluster;

    @BeforeAll
    void start(@TempDir Path directory) {
        cluster = StateCluster.start(directory, 3, config -> config.withLog(SNAPSHOT, 1));
    }

    @AfterAll
    void stop() {
        cluster.close();
        assertThat(cluster.ends()).isEmpty();
    }

    @BeforeEach
    void heal() {
        IntStream.rangeClosed(1, 3).mapToObj(StateCluster::node).forEach(this::startIfStopped);
        cluster.awaitLeader();
    }

    /// Equal entry, equal state, whatever a test did.
    @AfterEach
    void replicasAreEqual() {
        heal();
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(cluster.stores().stream().map(ClusterStore::hash).distinct())
                                .hasSize(1));
    }

    @Test
    void aDeposedLeaderServesNothingOld() {
        var deposed = cluster.awaitLeader();
        get(cluster.store(deposed).read());
        try (var isolation = new Isolation(deposed)) {
            var newer = (Accepted) get(cluster.store(cluster.awaitLeader()).submit(client.grant()));
            var store = cluster.store(deposed);
            var read = store.read();
            isolation.end();

            assertThat(served(read, store).revision()).isGreaterThanOrEqualTo(newer.revision());
        }
    }

    /// {@return what a read serves; one that finds no quorum serves nothing and is asked again}
    private static ClusterImage served(CompletableFuture<ClusterImage> read, ClusterStore store) {
        try {
            return get(read);
        } catch (AssertionError failed) {
            if (!mayBeRepeated(failed)) {
                throw failed;
            }
            return StateCluster.awaitCurrent(store);
        }
    }

    /// Nobody has written since; it cannot know.
    @Test
    void aLeaderThatIsCutOffAnswersNoReadWhileItBelievesThatItLeads() {
        var leader = cluster.awaitLeader();
        var store = cluster.store(leader);
        get(store.read());
        try (var _ = new Isolation(leader)) {
            var read = store.read();
            assertThat(store.leadership().mine()).isTrue();

            assertThat(read)
                    .failsWithin(SOME)
                    .withThrowableThat()
                    .isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void operationsAreAnsweredAcrossAChangeOfTheLeader() {
        var follower = cluster.store(cluster.awaitFollower());
        var leader = cluster.awaitLeader();
        var stopping =
                CompletableFuture.runAsync(() -> cluster.stop(leader), Thread::startVirtualThread);
        do {
            assertThat(awaitReply(follower, client.grant())).isInstanceOf(Accepted.class);
        } while (!stopping.isDone() || follower.leadership().leader().isEmpty());
        get(stopping);
    }

    /// Repeats it as a client does while an election takes long.
    private static Reply awaitReply(ClusterStore store, Operation operation) {
        return await().atMost(Duration.ofMinutes(1))
                .ignoreExceptionsMatching(PromisesTest::mayBeRepeated)
                .until(() -> get(store.submit(operation)), _ -> true);
    }

    private static boolean mayBeRepeated(Throwable failed) {
        return failed.getCause() instanceof NoQuorum || failed.getCause() instanceof UnknownOutcome;
    }

    @Test
    void anOperationThatComesWhenTheLeaderIsGoneIsTriedAgain() {
        var left = cluster.awaitFollower();
        var store = cluster.store(left);
        IntStream.rangeClosed(1, 3)
                .mapToObj(StateCluster::node)
                .filter(node -> !node.equals(left))
                .forEach(cluster::stop);
        await().atMost(SOON).until(() -> store.leadership().leader().isEmpty());

        assertThat(store.submit(client.grant()))
                .failsWithin(A_MOMENT)
                .withThrowableThat()
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aFollowerReadsWhatWasAnsweredElsewhere() {
        var leader = cluster.store(cluster.awaitLeader());
        var follower = cluster.store(cluster.awaitFollower());
        for (var i = 0; i < 60; i++) {
            var written = (Accepted) get(leader.submit(client.grant()));
            assertThat(get(follower.read()).revision()).isGreaterThanOrEqualTo(written.revision());
            var lease = new LeaseId(written.created());
            get(leader.submit(put(lease)));
            assertThat(get(follower.keys().keysOf(lease))).hasSize(1);
        }
    }

    private static Operation put(LeaseId lease) {
        var put = KeyRequest.Put.of(Bytes.of("leased"), Bytes.EMPTY, lease);
        return new Operation(
                new SessionId(lease.value() << 32),
                1,
                0,
                new Transact("alice", KeyTransaction.of(put)));
    }

    @Test
    void theMinorityChangesNothingAndTheMajorityGoesOn() {
        var alone = cluster.awaitLeader();
        var before = cluster.store(alone).image().revision();
        try (var _ = new Isolation(alone)) {
            var refused = cluster.store(alone).submit(client.grant());
            var began = System.nanoTime();
            get(cluster.store(cluster.awaitLeader()).submit(client.grant()));

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
            assertThatThrownBy(() -> refused.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
            assertThat(cluster.store(alone).image().revision()).isEqualTo(before);
        }
    }

    @Test
    void whatNobodyCanSayIsUnknownAndARetryElsewhereSettlesIt() {
        var leader = cluster.awaitLeader();
        var operation = client.grant();
        try (var _ = new Isolation(leader)) {
            var outcome = cluster.store(leader).submit(operation);
            cluster.awaitLeader();
            // It waits in the log of a leader that nobody follows.
            cluster.stop(leader);

            assertThatThrownBy(() -> outcome.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownOutcome.class);
        }
        heal();

        var settled = get(cluster.store(cluster.awaitFollower()).submit(operation));

        assertThat(settled).isInstanceOf(Accepted.class);
        assertThat(get(cluster.store(cluster.awaitLeader()).submit(operation))).isEqualTo(settled);
    }

    @Test
    void aRetryIsAnsweredWithTheFirstReplyAfterFailoverSnapshotsAndRestarts() {
        var leader = cluster.awaitLeader();
        var operation = client.grant();
        var first = get(cluster.store(leader).submit(operation));

        cluster.stop(leader);
        assertThat(get(cluster.store(cluster.awaitLeader()).submit(operation))).isEqualTo(first);

        write(SNAPSHOT * 3);
        var installed = startAndAwaitSnapshot(leader);
        assertThat(get(installed.submit(operation))).isEqualTo(first);

        restartAll();
        for (var store : cluster.stores()) {
            assertThat(get(store.submit(operation))).isEqualTo(first);
        }
    }

    @Test
    void revisionsAreGivenOnceAndGoOnAfterARestart() {
        var store = cluster.store(cluster.awaitLeader());
        var replies = IntStream.range(0, 300).mapToObj(_ -> store.submit(client.grant())).toList();
        var revisions = replies.stream().map(reply -> revision(get(reply))).sorted().toList();

        var first = revisions.getFirst().value();
        assertThat(revisions)
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> new Revision(first + i)).toList());

        restartAll();
        var next = get(cluster.store(cluster.awaitLeader()).submit(client.grant()));
        assertThat(revision(next)).isEqualTo(revisions.getLast().next());
    }

    @Test
    void theHistoryIsWholeAfterARestart() {
        var store = cluster.store(cluster.awaitLeader());
        var from = store.image().revision();
        var last = client.grantMany(store, 50).revision();

        restartAll();

        for (var each : cluster.stores()) {
            get(each.read());
            var told = each.eventsAfter(from, 1_000).stream().map(it -> it.revision()).toList();
            assertThat(told).startsWith(from.next()).contains(last).doesNotHaveDuplicates();
        }
    }

    @Test
    void anAcknowledgedOperationIsThereAfterAllMembersRestarted() {
        var leases = client.grantMany(cluster.store(cluster.awaitLeader()), 40).created();

        restartAll();

        for (var store : cluster.stores()) {
            var image = get(store.read());
            assertThat(image.leases().values().stream().map(lease -> lease.id().value()))
                    .contains(leases - 39, leases);
        }
    }

    private static Revision revision(Reply reply) {
        return ((Accepted) reply).revision();
    }

    private void write(int entries) {
        var leader = cluster.store(cluster.awaitLeader());
        for (var i = 0; i < entries; i++) {
            get(leader.submit(client.grant()));
        }
    }

    /// Starts a member that has fallen behind the log of the others, and awaits that a snapshot has
    /// come: without one this would show less than it says.
    private ClusterStore startAndAwaitSnapshot(NodeId node) {
        var store = cluster.open(node);
        var steps = new CopyOnWriteArrayList<ClusterChange>();
        try (var _ = store.onChange(steps::add)) {
            await("a snapshot is taken over")
                    .atMost(SOON)
                    .until(() -> steps.stream().anyMatch(step -> step.events().isEmpty()));
        }
        return store;
    }

    private void restartAll() {
        var nodes = IntStream.rangeClosed(1, 3).mapToObj(StateCluster::node).toList();
        nodes.forEach(cluster::stop);
        nodes.forEach(cluster::open);
        cluster.awaitLeader();
    }

    private void startIfStopped(NodeId node) {
        if (!cluster.isRunning(node)) {
            cluster.open(node);
        }
    }

    /// One member is cut off from all others until this is closed.
    private final class Isolation implements AutoCloseable {
        private final RaftPartition partition;

        Isolation(NodeId node) {
            partition = new RaftPartition(node + ".1");
            cluster.cutLinks(node);
        }

        void end() {
            cluster.cutLinks(null);
            partition.close();
        }

        @Override
        public void close() {
            end();
        }
    }
}
