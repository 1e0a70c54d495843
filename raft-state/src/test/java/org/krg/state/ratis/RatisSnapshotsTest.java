// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.testkit.StateCluster.get;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.StorageDamaged;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.StorageFailed;
import org.krg.testkit.DamagedFiles;

/// Snapshots that are taken, read and replaced, with files that stand for rows.
final class RatisSnapshotsTest {
    private static final String TABLE = "000012.sst";
    private static final Path OLD = Path.of("snapshot.1_10");
    private static final Path NEW = Path.of("snapshot.1_20");

    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch deleted = new CountDownLatch(1);
    private volatile boolean slow;
    private final RatisSnapshots snapshots = new RatisSnapshots(this::readTable);
    private RaftStorage storage;
    private Path sm;

    @BeforeEach
    void takeTwo(@TempDir Path directory) throws IOException {
        storage =
                RaftStorage.newBuilder()
                        .setDirectory(directory.resolve("group").toFile())
                        .setOption(StartupOption.FORMAT)
                        .setLogCorruptionPolicy(CorruptionPolicy.EXCEPTION)
                        .setStorageFreeSpaceMin(SizeInBytes.valueOf("0"))
                        .build();
        storage.initialize();
        snapshots.init(storage);
        sm = storage.getStorageDir().getStateMachineDir().toPath();
        snapshots.take(place -> write(place, 10));
        snapshots.take(place -> write(place, 20));
        assertThat(names()).containsExactly(OLD, NEW);
    }

    @AfterEach
    void close() throws IOException {
        storage.close();
    }

    private static Optional<LogPosition> write(Path place, long index) {
        try {
            Files.createDirectory(place);
            Files.writeString(place.resolve(TABLE), "rows");
            Files.writeString(place.resolve("CURRENT"), "MANIFEST-" + index);
            return Optional.of(new LogPosition(1, index));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Takes its time for that of the older snapshot, until it is deleted.
    private void readTable(Path table) {
        if (slow && table.startsWith(sm.resolve(OLD))) {
            reading.countDown();
            try {
                deleted.await();
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }
        if (!Files.exists(table)) {
            throw new StorageFailed("no such file: " + table);
        }
    }

    @Test
    void anotherOneIsWrittenBeforeADamagedOneIsPutAside() {
        DamagedFiles.flipBit(sm.resolve(NEW).resolve("CURRENT"), 2);

        assertThatThrownBy(() ->
                        snapshots.replaceDamaged(_ -> {
                            throw new StorageFailed("the disk is full");
                        }))
                .isInstanceOf(StorageFailed.class);
        assertThat(names()).containsExactly(OLD, NEW);

        var found =
                snapshots.replaceDamaged(place -> {
                    assertThat(names()).containsExactly(OLD, NEW);
                    return write(place, 30);
                });
        assertThat(found).singleElement().asString().contains("CURRENT is damaged");
        assertThat(names()).containsExactly(OLD, Path.of("snapshot.1_30"));
        assertThat(sm.resolveSibling("damaged." + NEW)).isDirectory();
    }

    @Test
    void oneOfTheSameRowsIsTakenWhereNothingWasAppliedSince() {
        DamagedFiles.flipBit(sm.resolve(NEW).resolve("CURRENT"), 2);

        assertThat(snapshots.replaceDamaged(place -> write(place, 20))).hasSize(1);

        assertThat(names()).containsExactly(OLD, NEW);
        FileDigests.verify(sm.resolve(NEW), this::readTable);
    }

    @Test
    void aSoundOneStaysAsItIs() {
        DamagedFiles.flipBit(sm.resolve(OLD).resolve("CURRENT"), 2);

        assertThat(snapshots.replaceDamaged(place -> write(place, 20))).hasSize(1);

        assertThat(names()).containsExactly(NEW);
        FileDigests.verify(sm.resolve(NEW), this::readTable);
    }

    @Test
    void nothingIsMovedWhileTheRowsAreReplaced() {
        DamagedFiles.flipBit(sm.resolve(NEW).resolve("CURRENT"), 2);

        assertThat(snapshots.replaceDamaged(_ -> Optional.empty())).isEmpty();

        assertThat(names()).containsExactly(OLD, NEW);
    }

    @Test
    void oneThatIsMissingAFileIsDamaged() {
        DamagedFiles.delete(sm.resolve(OLD).resolve(TABLE));

        assertThat(snapshots.replaceDamaged(place -> write(place, 30)))
                .singleElement()
                .isInstanceOf(StorageDamaged.class);
    }

    @Test
    void whileOneIsReadOthersAreTakenAndItMayBeDeleted() throws IOException {
        slow = true;
        var replaced =
                CompletableFuture.supplyAsync(
                        () -> snapshots.replaceDamaged(_ -> Optional.empty()),
                        task -> Thread.ofPlatform().daemon().start(task));
        get(CompletableFuture.runAsync(this::awaitReading));

        var taken = CompletableFuture.supplyAsync(() -> snapshots.take(place -> write(place, 30)));
        assertThat(get(taken)).contains(new LogPosition(1, 30));
        snapshots.cleanupOldSnapshots(new SnapshotRetentionPolicy() {});
        assertThat(names()).containsExactly(NEW, Path.of("snapshot.1_30"));
        deleted.countDown();

        assertThat(get(replaced)).isEmpty();
        assertThat(sm.resolveSibling("damaged." + OLD)).doesNotExist();
    }

    private void awaitReading() {
        try {
            reading.await();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    private List<Path> names() {
        try (var entries = Files.list(sm)) {
            return entries.map(sm::relativize).sorted().toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
