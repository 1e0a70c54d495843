// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.Leadership;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;
import org.krg.testkit.RaftPartition;
import org.krg.testkit.StateCluster;

/// Three nodes that stay up: one cluster for all tests, because a start takes seconds.
@TestInstance(Lifecycle.PER_CLASS)
final class RatisClusterStoreTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ClusterOperations client = new ClusterOperations();
    private StateCluster cluster;

    @BeforeAll
    void start(@TempDir Path directory) {
        cluster = StateCluster.start(directory, 3);
    }

    @AfterAll
    void stop() {
        cluster.close();
        assertThat(cluster.ends()).isEmpty();
    }

    @Test
    void whatOneNodeWritesAnotherReads() {
        var leader = cluster.store(cluster.awaitLeader());
        var follower = cluster.store(cluster.awaitFollower());
        for (var i = 0; i < 20; i++) {
            var byLeader = (Accepted) get(leader.submit(client.grant()));
            assertThat(get(follower.read()).revision()).isGreaterThanOrEqualTo(byLeader.revision());

            var byFollower = (Accepted) get(follower.submit(client.grant()));
            assertThat(get(leader.read()).revision()).isGreaterThanOrEqualTo(byFollower.revision());
        }
    }

    @Test
    void manyOperationsShareEntriesAndEachGetsItsOwnReply() {
        var leader = cluster.awaitLeader();
        var store = cluster.store(leader);
        var before = store.quorum().commitIndex();

        var replies =
                IntStream.range(0, 2_000).mapToObj(_ -> store.submit(client.grant())).toList();
        var numbers =
                replies.stream().map(reply -> ((Accepted) get(reply)).created()).distinct().count();

        assertThat(numbers).isEqualTo(2_000);
        assertThat(store.quorum().commitIndex() - before).isLessThan(1_000);
        assertThat(
                        cluster.metrics(leader)
                                .histogram("krg.state.batch_operations")
                                .getSnapshot()
                                .getMax())
                .isGreaterThan(1);
    }

    @Test
    void aRetryThroughAnotherNodeIsAnsweredWithTheFirstReply() {
        var leader = cluster.store(cluster.awaitLeader());
        var follower = cluster.store(cluster.awaitFollower());
        var operation = client.grant();

        var first = get(leader.submit(operation));

        assertThat(get(follower.submit(operation))).isEqualTo(first);
        assertThat(get(leader.submit(operation))).isEqualTo(first);
    }

    @Test
    void aProposalOfAnEarlierLeadershipIsRefused() {
        var leader = cluster.store(cluster.awaitLeader());
        var term = leader.leadership().term();
        var template = client.grant();
        var stale =
                new Operation(
                        template.session(), template.sequence(), term - 1, template.command());

        assertThat(get(leader.submit(stale)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.WRONG_TERM));
    }

    @Test
    void anOperationThatIsTooLargeIsRefusedAtOnce() {
        var template = client.grant();
        var large =
                new Operation(
                        template.session(),
                        template.sequence(),
                        0,
                        new GrantLease("x".repeat(2 << 20), Duration.ofSeconds(1)));

        assertThat(get(cluster.store(cluster.awaitLeader()).submit(large)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.TOO_LARGE));
    }

    @Test
    void replicasHaveEqualHashesAtEqualEntries() {
        client.grantMany(cluster.store(cluster.awaitLeader()), 10);

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(cluster.stores().stream().map(each -> each.hash()).distinct())
                                .hasSize(1));
    }

    @Test
    void everyNodeTellsTheSameHistory() {
        var leader = cluster.store(cluster.awaitLeader());
        var last = client.grantMany(leader, 5).revision();
        var from = new Revision(last.value() - 5);

        var histories =
                cluster.stores().stream()
                        .map(store -> {
                            get(store.read());
                            return store.eventsAfter(from, 100);
                        })
                        .distinct()
                        .toList();

        assertThat(histories).hasSize(1);
        assertThat(histories.getFirst())
                .extracting(Recorded::revision)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 5)
                                .mapToObj(i -> new Revision(from.value() + i))
                                .toList());
    }

    @Test
    void listenersOnAFollowerSeeEveryChangeOnceInOrder() {
        var leader = cluster.store(cluster.awaitLeader());
        var follower = cluster.store(cluster.awaitFollower());
        get(follower.read());
        var seen = new CopyOnWriteArrayList<ClusterChange>();
        try (var _ = follower.onChange(seen::add)) {
            var last = client.grantMany(leader, 10).revision();

            await().atMost(SOON)
                    .until(() -> !seen.isEmpty() && seen.getLast().after().revision().equals(last));
            for (var i = 1; i < seen.size(); i++) {
                assertThat(seen.get(i).before()).isEqualTo(seen.get(i - 1).after());
            }
            assertThat(seen.stream().flatMap(each -> each.events().stream())).hasSize(10);
        }
    }

    @Test
    void onlyTheLeaderConfirmsItsLeadership() {
        var leader = cluster.awaitLeader();
        var follower = cluster.store(cluster.awaitFollower());

        assertThat(get(cluster.store(leader).confirmLeadership()))
                .isEqualTo(cluster.store(leader).leadership());
        assertThatThrownBy(() -> follower.confirmLeadership().get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoQuorum.class);
    }

    @Test
    void aLeaderThatIsCutOffConfirmsNothingAlthoughItDidJustBefore() {
        var leader = cluster.awaitLeader();
        var store = cluster.store(leader);
        get(store.confirmLeadership());
        get(store.read());
        try (var _ = new RaftPartition(leader + ".1")) {
            cluster.cutLinks(leader);
            assertThat(store.leadership().mine()).isTrue();
            assertThatThrownBy(() -> store.confirmLeadership().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(NoQuorum.class);

            var successor = cluster.awaitLeader();
            assertThat(successor).isNotEqualTo(leader);
            get(cluster.store(successor).submit(client.grant()));
            await().atMost(SOON).until(() -> !store.leadership().mine());
        } finally {
            cluster.cutLinks(null);
        }
        await().atMost(SOON).until(() -> store.leadership().leader().isPresent());
    }

    @Test
    void listenersOfTheLeadershipAreToldThePresentOneFirst() {
        var leader = cluster.awaitLeader();
        var seen = new CopyOnWriteArrayList<Leadership>();

        cluster.store(leader).onLeadership(seen::add);

        await().atMost(SOON).until(() -> !seen.isEmpty());
        assertThat(seen.getFirst().leader()).contains(leader);
        assertThat(seen.getFirst().mine()).isTrue();
    }

    @Test
    void theQuorumNamesAllMembersAndHowFarTheyAre() {
        var leader = cluster.awaitLeader();
        client.grantMany(cluster.store(leader), 3);

        await().atMost(SOON)
                .untilAsserted(() -> {
                    var quorum = cluster.store(leader).quorum();
                    assertThat(quorum.members())
                            .allSatisfy(member -> {
                                assertThat(member.role()).isEqualTo(Role.VOTER);
                                assertThat(member.matchIndex())
                                        .isGreaterThanOrEqualTo(quorum.commitIndex());
                            })
                            .extracting(Member::node)
                            .containsExactlyInAnyOrderElementsOf(nodes(1, 3));
                });
    }

    @Test
    void metricsOfTheStoreAndOfRatisAreReadable() {
        var leader = cluster.awaitLeader();
        client.grantMany(cluster.store(leader), 1);
        var metrics = cluster.metrics(leader);

        assertThat(metrics.timer("krg.state.apply_seconds").getCount()).isPositive();
        assertThat(metrics.timer("krg.state.commit_seconds").getCount()).isPositive();
        assertThat(metrics.getGauges().keySet())
                .anySatisfy(name -> assertThat(name).startsWith("krg.ratis.log_worker.flushTime"));
    }

    private static List<NodeId> nodes(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(StateCluster::node).toList();
    }
}
