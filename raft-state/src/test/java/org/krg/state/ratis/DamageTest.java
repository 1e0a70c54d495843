// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.awaitCurrent;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.ClusterStore;
import org.krg.state.StorageDamaged;
import org.krg.state.StorageLost;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.core.RepairRules;
import org.krg.state.core.RepairStep;
import org.krg.state.core.StorageFindings;
import org.krg.state.engine.Backup;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.Restore;
import org.krg.state.engine.StoredRows;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.SessionId;
import org.krg.state.ratis.files.MemberFile;
import org.krg.state.ratis.files.MemberFiles;
import org.krg.state.rocksdb.RocksStorage;
import org.krg.testkit.DamagedFiles;
import org.krg.testkit.Samples;
import org.krg.testkit.StateCluster;

/// What a member says that finds its files damaged, and what of it is put right. A member of three
/// is stopped and damaged; each test gets its files as they were.
@TestInstance(Lifecycle.PER_CLASS)
final class DamageTest {
    private static final int OPERATIONS = 600;
    private static final long SEVERAL_ENTRIES = 1 << 10;

    /// More than are between two snapshots, fewer than fill a segment of the log.
    private static final int FIRST_OPERATIONS = 40;

    private StateCluster cluster;
    private Path sound;
    private Path early;
    private Path directory;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        cluster = Members.withSnapshots(temporary.resolve("cluster"));
        directory = cluster.directory(node(3));
        var client = new ClusterOperations();
        client.grantMany(cluster.store(cluster.awaitLeader()), FIRST_OPERATIONS);
        var job = new SubmitJob("heat", Samples.spec(), Samples.ALICE, Samples.START);
        var _ =
                get(
                        cluster.store(cluster.awaitLeader())
                                .submit(new Operation(new SessionId(Long.MAX_VALUE), 1, 0, job)));
        await().atMost(Members.LIMIT).until(() -> files().newestSnapshot() >= 0);
        var first = files().snapshots().getLast().directory();
        early = temporary.resolve(String.valueOf(first.getFileName()));
        DamagedFiles.copy(first, early);
        client.grantMany(cluster.store(cluster.awaitLeader()), OPERATIONS);
        Members.awaitApplied(cluster);
        cluster.stop(node(3));
        // If it led, the next leader has added an entry. It has to have that before it is copied:
        // a member that is taken back to before what it has acknowledged never catches up.
        cluster.awaitLeader();
        awaitCurrent(cluster.open(node(3)));
        fillOpenSegment(client);
        cluster.stop(node(3));
        sound = temporary.resolve("sound");
        DamagedFiles.copy(directory, sound);
    }

    /// Writes until whole entries follow the first of the open segment, which may just have begun.
    private void fillOpenSegment(ClusterOperations client) throws IOException {
        while (Files.size(openSegment()) <= SEVERAL_ENTRIES) {
            client.grantMany(cluster.store(cluster.awaitLeader()), 8);
            Members.awaitApplied(cluster);
        }
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @BeforeEach
    void restore() {
        DamagedFiles.delete(directory);
        DamagedFiles.copy(sound, directory);
    }

    @AfterEach
    void stopMember() {
        cluster.stop(node(3));
    }

    @Test
    void anUnharmedMemberStarts() {
        var store = cluster.open(node(3));
        assertThat(awaitCurrent(store).revision())
                .isEqualTo(cluster.store(cluster.awaitLeader()).image().revision());
    }

    @Test
    void aWriteThatWasCutShortIsNotDamage() {
        // Whole entries up to the last one that was acknowledged, then the begin of another.
        DamagedFiles.appendGarbage(openSegment(), 3);
        // Three bytes say that a longer entry follows, which is not there.
        var store = cluster.open(node(3));
        awaitCurrent(store);
    }

    @Test
    void aTornTailIsNamed() {
        DamagedFiles.appendGarbage(openSegment(), 400);
        assertDamaged(openSegment(), "nothing whole follows");
    }

    @Test
    void aLostTailOfWhatWasAcknowledgedIsNotTakenForATornOne() {
        // Else a snapshot of the very end would make up for it.
        DamagedFiles.delete(openSegment().resolveSibling("../sm").normalize());
        DamagedFiles.cut(openSegment(), 30);
        assertThatThrownBy(() -> cluster.open(node(3)))
                .isInstanceOf(StorageLost.class)
                .hasMessageContaining("were acknowledged")
                .hasMessageContaining("acknowledged)");
    }

    @Test
    void aFlippedBitInTheLogIsNamed() {
        DamagedFiles.flipBit(openSegment(), 40);
        assertDamaged(openSegment(), "whole entries follow");
    }

    @Test
    void aFlippedBitInAClosedSegmentIsNamed() {
        var closed = DamagedFiles.find(directory.resolve("raft"), "log_", closedEnd());
        DamagedFiles.flipBit(closed, 40);
        assertDamaged(closed, "whole entries follow");
    }

    @Test
    void aMissingSegmentIsNamed() {
        var closed = DamagedFiles.find(directory.resolve("raft"), "log_", closedEnd());
        DamagedFiles.delete(closed);
        assertThatThrownBy(() -> cluster.open(node(3)))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining("are missing");
    }

    @Test
    void aMissingBeginOfTheLogIsNamed() {
        purge();
        DamagedFiles.delete(files().snapshots().getLast().directory());
        DamagedFiles.delete(directory.resolve("store/db"));

        assertThat(inspect().problems())
                .singleElement()
                .asString()
                .contains("no sound snapshot or rows lead up to it");
        assertThat(RepairRules.plan(inspect()).impossible()).isPresent();
        var from = files().newestSnapshot() + 1;
        assertDamaged(openSegment(), "entries " + from + " to ");
    }

    @Test
    void aFlippedBitInTheRowsIsNamed() {
        DamagedFiles.all(directory.resolve("store/db"), "", ".sst")
                .forEach(table -> DamagedFiles.flipBit(table, 20));
        assertThatThrownBy(() -> cluster.open(node(3)))
                .isInstanceOf(StorageDamaged.class)
                .hasMessageContaining(".sst is damaged");
    }

    @Test
    void aFlippedBitInASnapshotThatIsNeededIsNamed() {
        var table = DamagedFiles.find(directory.resolve("raft"), "", ".sst");
        DamagedFiles.delete(directory.resolve("store/db"));
        DamagedFiles.flipBit(table, 20);
        assertDamaged(table, "checksum");
    }

    @Test
    void aMissingVoteIsNamed() {
        DamagedFiles.delete(DamagedFiles.find(directory.resolve("raft"), "raft-meta", "meta"));
        assertThatThrownBy(() -> cluster.open(node(3)))
                .isInstanceOf(StorageLost.class)
                .hasMessageContaining("raft-meta is not there");
    }

    @Test
    void aTornTailIsCutAndTheMemberGoesOn() {
        DamagedFiles.appendGarbage(openSegment(), 400);

        assertThat(repair()).singleElement().isInstanceOf(RepairStep.CutTail.class);
        assertStartsWithEverything();
    }

    @Test
    void whatWasAcknowledgedIsNeverCutOff() {
        DamagedFiles.delete(openSegment().resolveSibling("../sm").normalize());
        DamagedFiles.zeroTail(openSegment(), 30);
        assertThat(RepairRules.plan(inspect()).impossible()).isPresent();

        restore();
        DamagedFiles.flipBit(openSegment(), 40);
        assertThat(RepairRules.plan(inspect()).impossible()).isPresent();
    }

    @Test
    void damagedRowsAreMadeAnewOfASnapshotAndTheLog() {
        DamagedFiles.all(directory.resolve("store/db"), "", ".sst")
                .forEach(table -> DamagedFiles.flipBit(table, 20));

        assertThat(repair()).singleElement().isInstanceOf(RepairStep.PutRowsAside.class);
        assertStartsWithEverything();
    }

    @Test
    void aDamagedSnapshotIsPutAsideWhereTheRowsAreSound() {
        DamagedFiles.flipBit(DamagedFiles.find(directory.resolve("raft"), "MANIFEST", ""), 5);

        assertThat(repair()).singleElement().isInstanceOf(RepairStep.PutAside.class);
        assertStartsWithEverything();
    }

    /// The log does not go on from the snapshot that is the newest then.
    @Test
    void theRowsMakeUpForTheNewestSnapshotWhereTheLogBeginsBehindTheOther() {
        purge();
        var newest = files().snapshots().getLast().directory();
        DamagedFiles.flipBit(DamagedFiles.find(newest, "MANIFEST", ""), 5);

        assertThat(repair()).singleElement().isInstanceOf(RepairStep.PutAside.class);
        assertThat(files().newestSnapshot() + 1).isLessThan(inspect().logFirst());
        assertStartsWithEverything();
    }

    /// Rows and snapshots share their tables. One that was damaged before a snapshot was taken of
    /// it has the checksum that the snapshot says, and must not be what rows are made anew of.
    @Test
    void rowsAreNotMadeAnewOfASnapshotOfDamagedRows() {
        var newest = files().snapshots().getLast().directory();
        for (var place : List.of(directory.resolve("store/db"), newest)) {
            DamagedFiles.all(place, "", ".sst").forEach(table -> DamagedFiles.flipBit(table, 20));
        }
        new FileDigests().write(newest, _ -> {});

        assertThat(repair())
                .hasExactlyElementsOfTypes(
                        RepairStep.PutAside.class, RepairStep.PutRowsAside.class);
        assertStartsWithEverything();
    }

    @Test
    void whatIsLeftOfAMemberBeginsAClusterThatForgetsNothingItHad(@TempDir Path fresh) {
        var source = files();
        var storage = new RocksStorage(fresh.resolve("store"));
        var restored = Restore.fromMember(source.rows(), source::replay, storage);
        var before = cluster.store(cluster.awaitLeader()).image();
        assertThat(restored.image().leases()).isEqualTo(before.leases());
        assertNumbersAreBeyond(before, restored.image());

        new MemberFiles(fresh, cluster.id())
                .begin(
                        "n4.1",
                        cluster.address(node(4)).toString(),
                        restored.position(),
                        place -> checkpoint(storage, place),
                        storage::verifyTable);
        try (var alone = cluster.openAlone(node(4), 1, fresh)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> alone.leadership().mine());
            var accepted = (Reply.Accepted) get(alone.submit(new ClusterOperations().grant()));
            assertThat(accepted.revision().value())
                    .isGreaterThan(before.revision().value() + Restore.STRIDE);
            assertThat(alone.image().leases().size()).isEqualTo(before.leases().size() + 1);
            assertThat(accepted.created()).isEqualTo(before.nextNumber() + Restore.STRIDE);
            assertThat(alone.image().processes()).isEqualTo(restored.image().processes());
            assertThatThrownBy(() -> alone.eventsAfter(before.revision(), 1))
                    .isInstanceOf(ClusterStore.Compacted.class);
        }
    }

    @Test
    void aBackupHoldsEverythingAndSaysWhenItIsDamaged(@TempDir Path fresh) throws IOException {
        var leader = cluster.store(cluster.awaitLeader());
        var backup = fresh.resolve("state.backup");
        try (var out = Files.newOutputStream(backup)) {
            leader.backup(out);
        }
        // Else etcdctl does not take it for whole.
        assertThat(Files.size(backup) % 512).isEqualTo(32);
        assertThat(Backup.check(backup).header().revision()).isEqualTo(leader.image().revision());

        var restored = Restore.fromBackup(backup, new RocksStorage(fresh.resolve("store")));
        assertThat(restored.image().leases()).isEqualTo(leader.image().leases());
        assertNumbersAreBeyond(leader.image(), restored.image());

        DamagedFiles.flipBit(backup, -1_000);
        assertThatThrownBy(() -> Backup.check(backup)).isInstanceOf(StorageDamaged.class);
        DamagedFiles.cut(backup, 100);
        assertThatThrownBy(() -> Backup.check(backup)).isInstanceOf(StorageDamaged.class);
    }

    /// What the lost part began is known by its number, on whatever node it still runs.
    private static void assertNumbersAreBeyond(ClusterImage before, ClusterImage restored) {
        assertThat(restored.nextNumber()).isEqualTo(before.nextNumber() + Restore.STRIDE);
        assertThat(before.processes().values()).isNotEmpty();
        for (var process : before.processes().values()) {
            assertThat(restored.processes().require(process.id()))
                    .isEqualTo(process.withLastEpoch(new Epoch(Restore.STRIDE)));
        }
    }

    private static void checkpoint(RocksStorage storage, Path place) {
        try (var rows = storage.open()) {
            rows.checkpoint(place);
        }
    }

    /// As after many snapshots: the log begins behind all but the newest one.
    private void purge() {
        var older = files().snapshots().getFirst().directory();
        DamagedFiles.delete(older);
        DamagedFiles.copy(early, older.resolveSibling(String.valueOf(early.getFileName())));
        DamagedFiles.all(directory.resolve("raft"), "log_", "").stream()
                .filter(segment -> !segment.equals(openSegment()))
                .forEach(DamagedFiles::delete);
    }

    private List<RepairStep> repair() {
        assertThatThrownBy(() -> requireSound()).isInstanceOf(AssertionError.class);
        var plan = RepairRules.plan(inspect());
        assertThat(plan.impossible()).isEmpty();
        plan.steps().forEach(step -> files().carryOut(step, directory.resolve("aside-1")));
        requireSound();
        return plan.steps();
    }

    private void requireSound() {
        assertThat(inspect().problems()).isEmpty();
    }

    private void assertStartsWithEverything() {
        var store = cluster.open(node(3));
        var leader = cluster.store(cluster.awaitLeader());
        awaitCurrent(store);
        await().atMost(Members.LIMIT)
                .untilAsserted(() -> assertThat(store.hash()).isEqualTo(leader.hash()));
    }

    private MemberFiles files() {
        return new MemberFiles(directory, cluster.id());
    }

    private StorageFindings inspect() {
        var rows = -1L;
        Optional<String> damage = Optional.empty();
        var storage = new RocksStorage(directory.resolve("store"));
        if (Files.exists(files().rows())) {
            try (var open = storage.openCopy(files().rows())) {
                open.verify();
                rows = StoredRows.of(open).position().index();
            } catch (StorageDamaged damaged) {
                damage = Optional.of(String.valueOf(damaged.getMessage()));
            }
        }
        try (var member = new MemberFile(directory.resolve("identity"), cluster.id(), "n3.1")) {
            return files().inspect(member.readAcknowledged(), rows, damage, storage::verifyTable);
        }
    }

    private void assertDamaged(Path file, String what) {
        assertThatThrownBy(() -> cluster.open(node(3)))
                .isInstanceOfSatisfying(
                        StorageDamaged.class, damaged -> assertThat(damaged.file()).isEqualTo(file))
                .hasMessageContaining(what);
        assertThat(Files.exists(file)).isTrue();
    }

    private Path openSegment() {
        return DamagedFiles.find(directory.resolve("raft"), "log_inprogress_", "");
    }

    private String closedEnd() {
        var open = String.valueOf(openSegment().getFileName());
        return "-" + (Long.parseLong(open.substring(open.lastIndexOf('_') + 1)) - 1);
    }
}
