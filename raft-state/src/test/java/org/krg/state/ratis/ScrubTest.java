// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.engine.RowStore;
import org.krg.state.engine.Storage;
import org.krg.state.ratis.files.MemberFiles;
import org.krg.state.rocksdb.RocksStorage;
import org.krg.testkit.StateCluster;

/// A member whose disk takes its time with the snapshots.
final class ScrubTest {
    private static final int BETWEEN_SNAPSHOTS = 32;
    private static final int OPERATIONS = 3 * BETWEEN_SNAPSHOTS;

    @Test
    void aMemberAppliesAndTakesSnapshotsWhileItsSnapshotsAreRead(@TempDir Path directory) {
        var ends = new ConcurrentLinkedQueue<String>();
        var client = new ClusterOperations();
        try (var cluster =
                StateCluster.start(
                        directory, 1, config -> config.withLog(BETWEEN_SNAPSHOTS, 1_000))) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 1);
            // At its end it takes a snapshot.
            cluster.stop(node(1));
            var config = cluster.config(node(1), 1, cluster.members());
            var files = new MemberFiles(config.directory(), cluster.id());
            var before = files.newestSnapshot();
            var disk = new SlowDisk(new RocksStorage(config.directory().resolve("store")));

            try (var store =
                    RatisClusterStore.open(
                            config,
                            (_, _) -> CompletableFuture.failedFuture(new AssertionError("alone")),
                            disk,
                            new MetricRegistry(),
                            (what, _) -> ends.add(what))) {
                await().atMost(Members.LIMIT).until(() -> store.leadership().mine());
                get(CompletableFuture.runAsync(disk::awaitReading));

                client.grantMany(store, OPERATIONS);
                assertThat(files.newestSnapshot()).isGreaterThan(before);
                assertThat(store.image().leases().size()).isEqualTo(OPERATIONS + 1);
                disk.goOn();
            }
        }
        assertThat(ends).isEmpty();
    }

    /// Does not come to the end of a table of a snapshot until it is told to.
    private static final class SlowDisk implements Storage {
        private final Storage storage;
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);

        SlowDisk(Storage storage) {
            this.storage = storage;
        }

        void awaitReading() {
            await(reading);
        }

        void goOn() {
            goesOn.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void verifyTable(Path table) {
            if (String.valueOf(table.getParent()).contains("snapshot.")) {
                reading.countDown();
                await(goesOn);
            }
            storage.verifyTable(table);
        }

        @Override
        public RowStore open() {
            return storage.open();
        }

        @Override
        public RowStore openCopy(Path copy) {
            return storage.openCopy(copy);
        }

        @Override
        public void replaceBy(Path checkpoint) {
            storage.replaceBy(checkpoint);
        }

        @Override
        public void clear() {
            storage.clear();
        }
    }
}
