// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore.Member;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.model.Lease;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.testkit.RaftPartition;
import org.krg.testkit.StateCluster;

/// Voters change together while the one that leads is cut off, at any moment of the change.
final class JointConsensusTest {
    private static final long SEED = Long.getLong("krg.seed", System.nanoTime());
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int NODES = 6;
    private static final int VOTERS = 3;
    private static final int TIMES = 40;

    /// A change takes some hundredths of a second on an idle machine.
    private static final Duration CHANGE = Duration.ofMillis(200);

    private final ClusterOperations client = new ClusterOperations();
    private final Random random = new Random(SEED);

    @Test
    void aLeaderThatIsLostBetweenTheTwoConfigurationsIsFollowedByAnother(@TempDir Path directory) {
        assertThatTheOthersGoOn(
                directory,
                cluster -> {
                    var leader = cluster.awaitLeader();
                    try (var cut =
                            new RaftPartition(leader + ".1", JointConsensusTest::endsTheChange)) {
                        var change = new Reassign(List.of(node(4), node(5)), List.of());
                        var begun = cluster.store(leader).change(change);
                        await().atMost(SOON).until(cut::hasBegun);
                        assertThatAnotherLeads(cluster, leader);
                        assertThat(begun).isNotCompleted();
                    }
                    awaitOneLeader(cluster);
                    assertThat(voters(cluster, cluster.awaitLeader())).hasSize(VOTERS + 2);
                });
    }

    @Test
    @Tag("long")
    void howeverOftenLeadersAreCutOffTheOthersGoOn(@TempDir Path directory) {
        assertThatTheOthersGoOn(
                directory,
                cluster -> {
                    for (var time = 0; time < TIMES; time++) {
                        cutOffTheLeader(cluster);
                    }
                });
    }

    private void assertThatTheOthersGoOn(Path directory, Consumer<StateCluster> faults) {
        try (var cluster =
                StateCluster.start(
                        directory, VOTERS, config -> config.withVoters(VOTERS, Duration.ZERO))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 1);
            for (var number = VOTERS + 1; number <= NODES; number++) {
                admit(cluster, node(number));
            }
            faults.accept(cluster);

            var granted = client.grantMany(cluster.store(cluster.awaitLeader()), 1);
            assertThat(get(cluster.store(cluster.awaitLeader()).read()).leases().values())
                    .as("with -Dkrg.seed=%d", SEED)
                    .extracting(Lease::holder)
                    .containsAll(client.holders());
            await().atMost(SOON)
                    .until(() ->
                            cluster.stores().stream()
                                    .allMatch(store ->
                                            store.image().revision().equals(granted.revision())));
            assertThat(cluster.ends()).isEmpty();
        }
    }

    private void cutOffTheLeader(StateCluster cluster) {
        var leader = cluster.awaitLeader();
        var begun = cluster.store(leader).change(towards(random(), voters(cluster, leader)));
        LockSupport.parkNanos(random.nextLong(CHANGE.toNanos()));
        try (var _ = new RaftPartition(leader + ".1")) {
            assertThatAnotherLeads(cluster, leader);
        }
        awaitOneLeader(cluster);
        await().atMost(SOON).until(begun::isDone);
        client.grantMany(cluster.store(cluster.awaitLeader()), 3);
    }

    private void assertThatAnotherLeads(StateCluster cluster, NodeId leader) {
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(leaders(cluster))
                                .as("with -Dkrg.seed=%d", SEED)
                                .anyMatch(other -> !other.equals(leader)));
        var other =
                leaders(cluster).stream()
                        .filter(it -> !it.equals(leader))
                        .findFirst()
                        .orElseThrow();
        client.grantMany(cluster.store(other), 3);
    }

    private static void awaitOneLeader(StateCluster cluster) {
        await().atMost(SOON).until(() -> leaders(cluster).size() == 1);
    }

    /// {@return whether by these entries the second configuration counts alone}
    private static boolean endsTheChange(AppendEntriesRequestProto request) {
        return request.getEntriesList().stream()
                .anyMatch(entry ->
                        entry.hasConfigurationEntry()
                                && entry.getConfigurationEntry().getOldPeersCount() == 0);
    }

    private List<NodeId> random() {
        var nodes = new ArrayList<>(IntStream.rangeClosed(1, NODES).boxed().toList());
        Collections.shuffle(nodes, random);
        return nodes.subList(0, VOTERS).stream().map(StateCluster::node).toList();
    }

    private static Reassign towards(List<NodeId> wanted, List<NodeId> voters) {
        return new Reassign(without(wanted, voters), without(voters, wanted));
    }

    private static List<NodeId> without(List<NodeId> nodes, List<NodeId> others) {
        return nodes.stream().filter(node -> !others.contains(node)).toList();
    }

    private static List<NodeId> voters(StateCluster cluster, NodeId leader) {
        return cluster.store(leader).quorum().members().stream()
                .filter(member -> member.role() == Role.VOTER)
                .map(Member::node)
                .toList();
    }

    private static List<NodeId> leaders(StateCluster cluster) {
        return IntStream.rangeClosed(1, NODES)
                .mapToObj(StateCluster::node)
                .filter(node -> cluster.store(node).leadership().mine())
                .toList();
    }

    private static void admit(StateCluster cluster, NodeId node) {
        cluster.join(node, 1);
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> {
                    var leader = cluster.store(cluster.awaitLeader());
                    get(leader.admit(node, node + ".1", cluster.address(node), Role.LISTENER));
                    return true;
                });
    }
}
