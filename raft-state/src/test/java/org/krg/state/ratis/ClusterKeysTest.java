// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.awaitCurrent;
import static org.krg.testkit.StateCluster.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Operation;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.command.Reply.Transacted;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.testkit.StateCluster;

/// Users' keys on three real members.
@TestInstance(Lifecycle.PER_CLASS)
final class ClusterKeysTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final AtomicLong sequence = new AtomicLong();
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

    private Operation put(String key, String value) {
        var put = KeyRequest.Put.of(Bytes.of(key), Bytes.of(value), new LeaseId(0));
        return new Operation(
                new SessionId(4711),
                sequence.incrementAndGet(),
                0,
                new Transact("alice", KeyTransaction.of(put)));
    }

    private static String read(ClusterStore store, String key) {
        var read = RangeRead.of(KeyRange.one(Bytes.of(key)));
        return get(store.keys().range("alice", read, true))
                .found()
                .keys()
                .getFirst()
                .value()
                .text();
    }

    @Test
    void whatOneNodeWritesEveryNodeReads() {
        for (var i = 0; i < 10; i++) {
            var written = (Transacted) get(cluster.stores().get(i % 3).submit(put("k", "v" + i)));
            for (var store : cluster.stores()) {
                assertThat(read(store, "k")).isEqualTo("v" + i);
                assertThat(store.image().revision()).isGreaterThanOrEqualTo(written.revision());
            }
        }
    }

    @Test
    void aRepeatedTransactionIsAnsweredWithTheFirstReply() {
        var operation = put("once", "v");
        var first = get(cluster.store(cluster.awaitLeader()).submit(operation));

        assertThat(get(cluster.store(cluster.awaitFollower()).submit(operation))).isEqualTo(first);
    }

    @Test
    void whatMakesNoSenseIsRefusedWithoutTheLog() {
        var put = KeyRequest.Put.of(Bytes.EMPTY, Bytes.EMPTY, new LeaseId(0));
        var operation =
                new Operation(
                        new SessionId(1), 1, 0, new Transact("alice", KeyTransaction.of(put)));
        var store = cluster.store(cluster.awaitFollower());
        var before = store.quorum().commitIndex();

        assertThat(get(store.submit(operation)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.KEY_EMPTY));
        assertThat(store.quorum().commitIndex()).isEqualTo(before);
    }

    @Test
    void watchesOnAllNodesTellTheSameAlsoAfterARestartAndReplicasStayEqual() {
        var range = KeyRange.prefix(Bytes.of("w/"));
        var first = get(cluster.store(cluster.awaitLeader()).submit(put("w/0", "begin")));
        var from = ((Transacted) first).revision();
        var follower = cluster.awaitFollower();
        for (var i = 1; i <= 50; i++) {
            get(cluster.stores().get(i % 3).submit(put("w/" + i % 5, "v" + i)));
            if (i == 25) {
                cluster.stop(follower);
                awaitCurrent(cluster.open(follower));
            }
        }
        var told = new ArrayList<List<String>>();
        for (var store : cluster.stores()) {
            var seen = new CopyOnWriteArrayList<String>();
            var spec = new WatchSpec(range, Optional.of(from), false, true, true, false);
            try (var _ =
                    store.keys()
                            .watch(
                                    "alice",
                                    spec,
                                    notice -> {
                                        if (notice instanceof Notice.Changes(_, var changes)) {
                                            changes.forEach(
                                                    each -> seen.add(each.now().value().text()));
                                        }
                                    })) {
                await().atMost(SOON).until(() -> seen.size() == 51);
            }
            told.add(List.copyOf(seen));
        }

        assertThat(told.stream().distinct()).hasSize(1);
        compact(from);
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(cluster.stores().stream().map(ClusterStore::hash).distinct())
                                .hasSize(1));
        var hashes =
                cluster.stores().stream()
                        .map(store -> get(store.keys().hash(new Revision(from.value() + 10))))
                        .distinct();
        assertThat(hashes).hasSize(1);
    }

    private void compact(Revision revision) {
        var operation = new Operation(new SessionId(2), 1, 0, new CompactKeys("root", revision));
        assertThat(get(cluster.store(cluster.awaitLeader()).submit(operation)))
                .isInstanceOf(Accepted.class);
    }
}
