// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.core.MembershipChange;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.core.MembershipChange.Remove;
import org.krg.state.core.MembershipChange.Replace;
import org.krg.state.model.Lease;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.testkit.StateCluster;

/// Members that come, go and change their part while the group works.
final class MembershipTest {
    private static final Duration SOON = Duration.ofSeconds(40);

    /// Long enough that a busy machine is not taken for a dead node.
    private static final Duration GONE = Duration.ofSeconds(4);

    private static final Duration SEVERAL_ELECTION_TIMEOUTS = Duration.ofSeconds(6);

    private static final int WRITES = 100;

    private final ClusterOperations client = new ClusterOperations();

    @Test
    void votersAreReplacedPromotedAndRemovedAndTheLeadershipMoves(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(directory, 3, config -> config.withVoters(3, Duration.ZERO))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);
            admit(cluster, 4);
            admit(cluster, 5);
            awaitRoles(cluster, "n1+ n2+ n3+ n4- n5-");

            change(cluster, MembershipChange.promote(node(4)));
            awaitRoles(cluster, "n1+ n2+ n3+ n4+ n5-");
            var leader = cluster.awaitLeader();
            var target = leader.equals(node(4)) ? node(1) : node(4);
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> {
                        var leads = cluster.awaitLeader();
                        if (leads.equals(target)) {
                            return true;
                        }
                        get(cluster.store(leads).transferLeadership(Optional.of(target)));
                        return false;
                    });
            change(cluster, MembershipChange.demote(other(cluster, 2, 3)));
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);

            var gone = other(cluster, 2, 3, 1);
            cluster.stop(gone);
            assertRefused(cluster, MembershipChange.promote(gone));
            await().atMost(SOON).untilAsserted(() -> change(cluster, new Replace(gone, node(5))));
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);
            assertThat(roles(cluster)).doesNotContain(gone.name());

            // Who was removed and comes back as it was asks for votes and gets none.
            cluster.open(gone);
            client.grantMany(cluster.store(cluster.awaitLeader()), 20);
            var term = new AtomicLong();
            await().during(SEVERAL_ELECTION_TIMEOUTS)
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> {
                        var now = cluster.store(cluster.awaitLeader()).leadership().term();
                        return term.getAndSet(now) == now;
                    });
        }
    }

    @Test
    void threeOthersVoteAtOnceWhileWritesGoOn(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(directory, 3, config -> config.withVoters(3, Duration.ZERO))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 1);
            IntStream.rangeClosed(4, 6).forEach(number -> admit(cluster, number));
            // To Ratis it is a listener from now on, the other two are followers that still begin.
            cluster.stop(node(4));
            cluster.join(node(4), 1);
            awaitRoles(cluster, "n1+ n2+ n3+ n4- n5- n6-");

            var writer = new Writer(cluster.store(node(6)));
            writer.awaitMore();
            change(cluster, new Reassign(nodes(4, 5, 6), nodes(1, 2, 3)));
            assertThat(cluster.awaitLeader()).isIn(nodes(4, 5, 6));
            awaitRoles(cluster, "n1- n2- n3- n4+ n5+ n6+");
            writer.awaitMore();

            // Those that voted before are not needed any more.
            nodes(1, 2, 3).forEach(cluster::stop);
            writer.awaitMore();
            var acknowledged = writer.end();
            assertThat(get(cluster.store(cluster.awaitLeader()).read()).leases().values())
                    .extracting(Lease::holder)
                    .containsAll(acknowledged);
        }
    }

    @Test
    void aDeadVoterIsReplacedByItselfAndWhatWouldCostTheQuorumIsRefused(@TempDir Path directory) {
        try (var cluster = StateCluster.start(directory, 3, config -> config.withVoters(3, GONE))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);
            admit(cluster, 4);
            await().atMost(SOON)
                    .untilAsserted(() -> {
                        var leads = cluster.awaitLeader();
                        assertThat(cluster.store(leads).refusal(new Replace(leads, node(4))))
                                .hasValueSatisfying(why -> assertThat(why).contains("leads"));
                    });
            var gone = cluster.awaitFollower();
            cluster.stop(gone);
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(roles(cluster)).contains("n4+").doesNotContain(gone.name()));
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);

            // It comes back as the next incarnation, and has its data from the others.
            var again = cluster.join(gone, 2);
            awaitAdmitted(cluster, gone, 2);
            var revision = client.grantMany(cluster.store(cluster.awaitLeader()), 1).revision();
            await().atMost(SOON).until(() -> again.image().revision().equals(revision));

            // Nobody is left to take the place of the voter that dies now.
            cluster.stop(gone);
            cluster.stop(livingFollower(cluster));
            await().atMost(SOON)
                    .untilAsserted(() -> {
                        var leader = cluster.store(cluster.awaitLeader());
                        assertThat(leader.refusal(new Remove(livingFollower(cluster))))
                                .hasValueSatisfying(why -> assertThat(why).contains("quorum"));
                    });
        }
    }

    @Test
    void whoLostItsDataDoesNotSpeakForTheOneItWas(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(directory, 3, config -> config.withVoters(3, Duration.ZERO))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 5);
            var leader = cluster.awaitLeader();
            var emptied = livingFollower(cluster);
            cluster.stop(emptied);
            var other = livingFollower(cluster);
            cluster.join(emptied, 2);
            cluster.stop(other);

            // One of three voters is left: the emptied one, at its old address, is none of them.
            await().atMost(SOON).until(() -> !cluster.store(leader).leadership().mine());

            cluster.open(other);
            awaitAdmitted(cluster, emptied, 2);
            awaitRoles(cluster, "n1+ n2+ n3+");
        }
    }

    @Test
    void whoIsBeingTakenInMayAskAgainAndNobodyElseIsChangedMeanwhile(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(directory, 3, config -> config.withVoters(3, Duration.ZERO))) {
            var leader = cluster.store(cluster.awaitLeader());
            // Nobody is there yet who could be given anything.
            var first = ask(cluster, leader, node(4), 1);
            var again = ask(cluster, leader, node(4), 1);
            var next = ask(cluster, leader, node(5), 1);
            assertThat(leader.refusal(MembershipChange.demote(cluster.awaitFollower())))
                    .hasValueSatisfying(why -> assertThat(why).contains("is under way"));

            cluster.join(node(5), 1);
            cluster.join(node(4), 1);
            get(first);
            get(again);
            get(next);
            awaitRoles(cluster, "n1+ n2+ n3+ n4- n5-");
        }
    }

    @Test
    void listenersFollow(@TempDir Path directory) {
        assertThatListenersFollow(directory, 9);
    }

    @Test
    @Tag("long")
    void aHundredListenersFollow(@TempDir Path directory) {
        assertThatListenersFollow(directory, 100);
    }

    private void assertThatListenersFollow(Path directory, int listeners) {
        try (var cluster =
                StateCluster.start(directory, 3, config -> config.withVoters(3, Duration.ZERO))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 1);
            for (var number = 4; number < 4 + listeners; number++) {
                admit(cluster, number);
            }
            var revision = client.grantMany(cluster.store(cluster.awaitLeader()), 50).revision();
            await().atMost(SOON)
                    .until(() ->
                            cluster.stores().stream()
                                    .allMatch(store -> store.image().revision().equals(revision)));
            assertThat(cluster.stores()).hasSize(3 + listeners);
        }
    }

    /// Grants one lease after the other, all of which must be acknowledged.
    private static final class Writer {
        private final ClusterOperations operations = new ClusterOperations();
        private final AtomicLong sequence = new AtomicLong();
        private final AtomicBoolean goesOn = new AtomicBoolean(true);
        private final CompletableFuture<Void> written;

        Writer(ClusterStore store) {
            written =
                    CompletableFuture.runAsync(
                            () -> {
                                while (goesOn.get()) {
                                    assertThat(get(store.submit(operations.grant())))
                                            .isInstanceOf(Accepted.class);
                                    sequence.incrementAndGet();
                                }
                            },
                            Thread::startVirtualThread);
        }

        void awaitMore() {
            var target = sequence.get() + WRITES;
            await().atMost(SOON).until(() -> written.isDone() || sequence.get() >= target);
            assertThat(written).isNotCompletedExceptionally();
        }

        /// {@return the holders of all leases that were acknowledged}
        List<String> end() {
            goesOn.set(false);
            get(written);
            return operations.holders();
        }
    }

    /// {@return a voter that runs and does not lead}
    private static NodeId livingFollower(StateCluster cluster) {
        var leader = cluster.awaitLeader();
        return cluster.store(leader).quorum().members().stream()
                .filter(member -> member.role() == Role.VOTER)
                .map(Member::node)
                .filter(node -> !node.equals(leader) && cluster.isRunning(node))
                .findFirst()
                .orElseThrow();
    }

    private static NodeId other(StateCluster cluster, int... numbers) {
        var leader = cluster.awaitLeader();
        var members = cluster.store(leader).quorum().members();
        return IntStream.of(numbers)
                .mapToObj(StateCluster::node)
                .filter(node -> !node.equals(leader))
                .filter(node ->
                        members.stream()
                                .anyMatch(each ->
                                        each.node().equals(node) && each.role() == Role.VOTER))
                .findFirst()
                .orElseThrow();
    }

    private static List<NodeId> nodes(int... numbers) {
        return IntStream.of(numbers).mapToObj(StateCluster::node).toList();
    }

    private static void admit(StateCluster cluster, int number) {
        cluster.join(node(number), 1);
        awaitAdmitted(cluster, node(number), 1);
    }

    /// Asks again as an agent does, for the leader may change meanwhile.
    private static void awaitAdmitted(StateCluster cluster, NodeId node, int incarnation) {
        await().atMost(SOON)
                .untilAsserted(() ->
                        get(ask(cluster, cluster.store(cluster.awaitLeader()), node, incarnation)));
    }

    private static CompletableFuture<Void> ask(
            StateCluster cluster, ClusterStore leader, NodeId node, int incarnation) {
        var member = node + "." + incarnation;
        return leader.admit(node, member, cluster.address(node), Role.LISTENER);
    }

    private static void change(StateCluster cluster, MembershipChange change) {
        await().atMost(SOON)
                .ignoreExceptionsMatching(failed -> failed.getCause() instanceof MembershipRefused)
                .until(() -> {
                    get(cluster.store(cluster.awaitLeader()).change(change));
                    return true;
                });
    }

    private static void assertRefused(StateCluster cluster, MembershipChange change) {
        assertThatThrownBy(() ->
                        cluster.store(cluster.awaitLeader())
                                .change(change)
                                .get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(MembershipRefused.class);
    }

    private static void awaitRoles(StateCluster cluster, String roles) {
        await().atMost(SOON).untilAsserted(() -> assertThat(roles(cluster)).isEqualTo(roles));
    }

    private static String roles(StateCluster cluster) {
        return String.join(
                " ",
                cluster.store(cluster.awaitLeader()).quorum().members().stream()
                        .map(member -> member.node() + (member.role() == Role.VOTER ? "+" : "-"))
                        .sorted()
                        .toList());
    }
}
