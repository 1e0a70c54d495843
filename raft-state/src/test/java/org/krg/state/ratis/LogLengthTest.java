// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply.Transacted;
import org.krg.state.model.LeaseId;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.testkit.StateCluster;

/// The log by bytes: fewer entries than a snapshot waits for, but large ones.
final class LogLengthTest {
    private static final int SNAPSHOT_ENTRIES = 1_000;
    private static final int KEPT_ENTRIES = 20;
    private static final int WRITES = 200;
    private static final int VALUE_BYTES = 50_000;
    private static final Duration SOON = Members.LIMIT;

    /// What no snapshot has, what is kept of what one has, and three segments of half a MiB: only
    /// whole ones count, and go.
    private static final long MOST_BYTES =
            2_048 * SNAPSHOT_ENTRIES + KEPT_ENTRIES * VALUE_BYTES + 3 * (512 << 10);

    @Test
    void largeEntriesDoNotMakeTheLogLongAndWhoWasAwayIsGivenTheSnapshot(@TempDir Path directory) {
        try (var cluster =
                StateCluster.start(
                        directory, 3, config -> config.withLog(SNAPSHOT_ENTRIES, KEPT_ENTRIES))) {
            var away = cluster.awaitFollower();
            cluster.stop(away);
            var leader = cluster.store(cluster.awaitLeader());
            for (var i = 0; i < WRITES; i++) {
                assertThat(get(leader.submit(put(i)))).isInstanceOf(Transacted.class);
            }

            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(cluster.stores()).allSatisfy(LogLengthTest::isShort));
            assertThat(leader.quorum().commitIndex()).isLessThan(SNAPSHOT_ENTRIES);

            var back = cluster.open(away);
            await().atMost(SOON).until(() -> back.storage().snapshot().isPresent());
            Members.awaitApplied(cluster);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(back.hash()).isEqualTo(leader.hash()));
            assertThat(cluster.ends()).isEmpty();
        }
    }

    private static void isShort(ClusterStore store) {
        assertThat(store.storage().logBytes()).isLessThan(MOST_BYTES);
        assertThat(store.storage().snapshot()).isPresent();
    }

    private static Operation put(int number) {
        var value = "v".repeat(VALUE_BYTES);
        var put = KeyRequest.Put.of(Bytes.of("key " + number % 7), Bytes.of(value), new LeaseId(0));
        return new Operation(
                new SessionId(1), number + 1, 0, new Transact("alice", KeyTransaction.of(put)));
    }
}
