// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.command.Reply.Accepted;
import org.krg.testkit.StateCluster;

/// What the leader announces, in a cluster in which heartbeats are rare.
final class AnnouncementTest {
    /// Ratis sends heartbeats twice in the shorter one.
    private static final Duration ELECTION = Duration.ofSeconds(9);

    /// Before the next heartbeat of itself, whatever the machine is busy with.
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static final int ENTRIES = 30;

    private final ClusterOperations client = new ClusterOperations();

    @Test
    void everyNodeHearsAtOnceAlsoTheOneThatNoMajorityNeeds(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(
                        directory,
                        3,
                        config -> config.withElection(ELECTION, ELECTION.plusSeconds(1)))) {
            var leader = cluster.store(cluster.awaitLeader());
            for (var entry = 0; entry < ENTRIES; entry++) {
                var revision = ((Accepted) get(leader.submit(client.grant()))).revision();
                leader.announce();

                await().atMost(AT_ONCE)
                        .until(() ->
                                cluster.stores().stream()
                                        .allMatch(store ->
                                                store.image().revision().compareTo(revision) >= 0));
            }
        }
    }
}
