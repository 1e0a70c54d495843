// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestCell.Spec;
import org.krg.checkpoint.fixture.TestNode;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.Verified;
import org.krg.checkpoint.zstd.BlockFormat;
import org.krg.state.model.StartFault;

/// Stored data that is not what it was, disks that are full, and what is removed when.
final class DamageTest {
    /// The mark and the length of a block.
    private static final int BLOCK_HEAD_BYTES = 2 * Integer.BYTES;

    private final Pair pair = new Pair();
    private final Spec spec = pair.spec("sh", "-c", Pair.COUNT);
    private final TestCell cell = pair.start(spec);

    @BeforeEach
    void awaitOutput() {
        cell.awaitLines(5);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aDamagedChunkIsTakenFromTheOtherCopyReportedAndPutRight() throws IOException {
        var generation = pair.take(cell).generation();
        cell.kill();
        spoilBlocks(onlyFile(pair.away(), "packs"));
        var away = pair.away().restarted();

        var restored = away.restore(pair.machine(), generation, 2, spec);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
        assertThat(away.damage())
                .isNotEmpty()
                .allSatisfy(damage -> {
                    assertThat(damage.generation()).isEqualTo(generation.id());
                    assertThat(damage.repairedFrom()).contains(pair.home().name());
                });

        // Whole again, without the other one, also after another restart.
        assertThat(away.checkpoints().verify(generation).chunks()).isPositive();
        pair.cluster().lose(pair.home());
        var again = away.restarted();
        assertThat(again.checkpoints().verify(generation)).returns(0L, Verified::repaired);
        assertThat(again.damage()).isEmpty();
    }

    @Test
    void aCopyIsReadThroughAtAPaceAndNothingIsPutRight() throws IOException {
        var generation = pair.take(cell).generation();
        var read = new AtomicLong();
        var whole = pair.away().checkpoints().scan(generation, read::addAndGet);
        assertThat(whole.isWhole()).isTrue();
        assertThat(whole.bytes()).isGreaterThanOrEqualTo(generation.imageBytes());
        assertThat(read).hasValue(whole.bytes());

        spoilBlocks(onlyFile(pair.away(), "packs"));
        var away = pair.away().restarted();
        assertThat(away.checkpoints().scan(generation, _ -> {}).problem()).contains("damaged");
        assertThat(away.damage()).isEmpty();
        assertThat(away.checkpoints().verify(generation).repaired()).isPositive();
        assertThat(away.checkpoints().scan(generation, _ -> {}).isWhole()).isTrue();
    }

    @Test
    void damageHereSaysNothingOfACopyThatIsOutOfReach() throws IOException {
        var generation = pair.take(cell).generation();
        spoilBlocks(onlyFile(pair.away(), "packs"));
        var away = pair.away().restarted();
        pair.cluster().lose(pair.home());

        assertThatThrownBy(() -> away.restore(pair.machine(), generation, 2, spec))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.NOT_FOUND);
                            assertThat(failed.failure().code().fault()).isEqualTo(StartFault.NODE);
                        });
    }

    @Test
    void damageInEveryCopyIsAClearFailure() throws IOException {
        var generation = pair.take(cell).generation();
        spoilBlocks(onlyFile(pair.home(), "packs"));
        spoilBlocks(onlyFile(pair.away(), "packs"));
        pair.home().restarted();
        var away = pair.away().restarted();

        assertThatThrownBy(() -> away.restore(pair.machine(), generation, 2, spec))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.CORRUPT);
                            assertThat(failed.failure().code().fault())
                                    .isEqualTo(StartFault.CHECKPOINT);
                            assertThat(failed.failure().cause()).contains("7.1");
                            assertThat(failed.failure().remedy()).contains("older checkpoint");
                        });
        assertThat(away.damage()).anySatisfy(it -> assertThat(it.repairedFrom()).isEmpty());
    }

    @Test
    void aTruncatedManifestIsFetchedAgain() throws IOException {
        var generation = pair.take(cell).generation();
        cell.kill();
        var manifest = onlyFile(pair.away(), "manifests");
        try (var channel = FileChannel.open(manifest, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        var restored = pair.away().restore(pair.machine(), generation, 2, spec);
        restored.awaitLines(cell.lines().size() + 2);
        assertThat(pair.away().damage())
                .singleElement()
                .satisfies(it -> assertThat(it.what()).isEqualTo("manifest"));
        assertThat(pair.away().checkpoints().verify(generation)).returns(0L, Verified::repaired);
    }

    @Test
    void aNodeWithoutACopyFetchesOne() throws IOException {
        var generation = pair.take(cell).generation();
        cell.kill();
        var third = pair.cluster().node("third");
        var restored = third.restore(pair.machine(), generation, 2, spec);
        restored.awaitLines(cell.lines().size() + 2);
        assertThat(third.damage()).isEmpty();
        assertThat(third.checkpoints().stored()).containsExactly(StoredManifest.of(generation));
    }

    @Test
    void aGenerationThatNobodyHasIsNotFound() throws IOException {
        var generation = pair.take(cell).generation();
        pair.cluster().lose(pair.home());
        pair.cluster().lose(pair.away());
        var third = pair.cluster().node("third");
        assertThatThrownBy(() -> third.checkpoints().verify(generation))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> assertThat(failed.failure().code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void aFullDiskLeavesOlderGenerationsAndNothingElse() throws IOException {
        var small = pair.cluster().node("small", pair.machine().smallDisk(4 << 20));
        // Started now: what is mounted later is not seen in a cell.
        var cell = TestCell.start(pair.machine(), 9, 1, spec);
        cell.awaitLines(5);
        var old = small.take(cell, 1, pair.away()).generation();
        var filler = small.images().resolve("filler");
        Files.write(
                filler,
                new byte
                        [Math.toIntExact(Files.getFileStore(filler.getParent()).getUsableSpace())
                                - 8192]);

        assertThatThrownBy(() -> small.take(cell, 2, pair.away()))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.DISK_FULL);
                            assertThat(failed.failure().remedy()).contains("Make room");
                            assertThat(failed.failure().next()).contains("goes on");
                        });
        assertThat(cell.isFrozen()).isFalse();
        assertThat(small.images().resolve("tmp")).isEmptyDirectory();
        assertThat(small.checkpoints().stored()).containsExactly(StoredManifest.of(old));
        var before = cell.lines().size();
        cell.awaitLines(before + 2);

        // With room again it goes on as if nothing had happened.
        Files.delete(filler);
        var next = small.take(cell, 2, pair.away()).generation();
        cell.kill();
        small.restore(pair.machine(), old, 2, spec).awaitLines(5);
        assertThat(small.checkpoints().verify(next)).returns(0L, Verified::repaired);
    }

    /// {@return a cell whose program has that many MiB of its own}
    private TestCell startBig(int mebibytes) throws IOException {
        var program =
                "import os, signal; x = os.urandom(%d << 20); print(1); signal.pause()"
                        .formatted(mebibytes);
        var cell = TestCell.start(pair.machine(), 8, 1, pair.spec("python3", "-u", "-c", program));
        cell.awaitLines(1);
        return cell;
    }

    @Test
    void aDiskThatFillsUpWhileChunksAreStoredLeavesNoHalfGeneration() throws IOException {
        var store = pair.cluster().node("small", pair.machine().smallDisk(64 << 20));
        var big = startBig(8);
        // Room for the images, and not for the chunks.
        var filler = store.images().resolve("filler");
        var free = Files.getFileStore(store.images()).getUsableSpace();
        var left = new ProcCellFiles().ownMemoryBytes(big) + (4 << 20);
        Files.write(filler, new byte[Math.toIntExact(free - left)]);
        assertThatThrownBy(() -> store.take(big, 1))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> assertThat(failed.failure().code()).isEqualTo(Code.DISK_FULL));
        assertThat(store.images().resolve("tmp")).isEmptyDirectory();
        assertThat(store.packBytes()).isZero();
        assertThat(big.isFrozen()).isFalse();
    }

    @Test
    void whatFindsNoRoomDoesNotStandStillForIt() throws IOException {
        var store = pair.cluster().node("small", pair.machine().smallDisk(1 << 20));
        var big = startBig(3);
        var before = big.timesFrozen();

        assertThatThrownBy(() -> store.take(big, 1))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.DISK_FULL);
                            assertThat(failed.failure().cause()).contains("node small has");
                            assertThat(failed.failure().next()).contains("goes on");
                        });

        assertThat(big.timesFrozen()).isEqualTo(before);
    }

    @Test
    void whatACrashHasLeftIsRemovedAtTheNextStart() throws IOException {
        var generation = pair.take(cell).generation();
        var images = pair.home().images();
        Files.createDirectories(images.resolve("tmp/7.2.1/images"));
        Files.writeString(images.resolve("tmp/7.2.1/images/pages-1.img"), "half");
        Files.writeString(images.resolve("packs/00000000000000ff.pack.new"), "half");
        Files.writeString(images.resolve("manifests/7.2.new"), "half");

        var home = pair.home().restarted();
        assertThat(images.resolve("tmp"))
                .satisfiesAnyOf(
                        tmp -> assertThat(tmp).doesNotExist(),
                        tmp -> assertThat(tmp).isEmptyDirectory());
        assertThat(images.resolve("packs/00000000000000ff.pack.new")).doesNotExist();
        assertThat(images.resolve("manifests/7.2.new")).doesNotExist();
        assertThat(home.checkpoints().verify(generation)).returns(0L, Verified::repaired);
    }

    @Test
    void discardingKeepsWhatOtherGenerationsShareAndFreesTheRest() throws IOException {
        var first = pair.home().take(cell, 1).generation();
        var second = pair.home().take(cell, 2).generation();
        var third = pair.home().take(cell, 3).generation();
        var before = pair.home().packBytes();

        pair.home().checkpoints().discard(StoredManifest.of(first));
        pair.home().checkpoints().sweep();
        assertThat(pair.home().checkpoints().stored())
                .containsExactly(StoredManifest.of(second), StoredManifest.of(third));
        assertThat(pair.home().packBytes()).isLessThan(before + 1);
        pair.home().checkpoints().discard(StoredManifest.of(third));
        pair.home().checkpoints().sweep();
        assertThat(pair.home().checkpoints().stored()).containsExactly(StoredManifest.of(second));
        assertThat(pair.home().checkpoints().verify(second)).returns(0L, Verified::repaired);

        // The same after a restart, and what was freed is stored again when it is needed.
        var home = pair.home().restarted();
        assertThat(home.checkpoints().verify(second)).returns(0L, Verified::repaired);
        var fourth = home.take(cell, 4).generation();
        assertThat(home.checkpoints().verify(fourth)).returns(0L, Verified::repaired);
        home.checkpoints().discard(StoredManifest.of(second));
        home.checkpoints().sweep();
        cell.kill();
        home.restore(pair.machine(), fourth, 2, spec).awaitLines(5);
        assertThat(home.checkpoints().stored()).containsExactly(StoredManifest.of(fourth));
    }

    @Test
    void withoutLiveGenerationsNothingIsLeft() throws IOException {
        var generation = pair.home().take(cell, 1).generation();
        pair.home().checkpoints().discard(StoredManifest.of(generation));
        pair.home().checkpoints().sweep();
        assertThat(pair.home().packBytes()).isZero();
        assertThat(pair.home().checkpoints().stored()).isEmpty();
    }

    @Test
    void imagesAreForTheirOwnerOnly() throws IOException {
        pair.take(cell);
        assertThat(Files.getPosixFilePermissions(pair.home().images()))
                .allSatisfy(it -> assertThat(it.name()).startsWith("OWNER"));
    }

    private static Path onlyFile(TestNode node, String directory) throws IOException {
        try (var files = Files.list(node.images().resolve(directory))) {
            return files.findFirst().orElseThrow();
        }
    }

    /// Makes the contents of every block of a pack unreadable, and leaves its structure: two copies
    /// have their chunks in blocks of different order, so less would damage different ones.
    private static void spoilBlocks(Path pack) throws IOException {
        try (var channel =
                FileChannel.open(pack, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var offset = 0L;
            while (offset < channel.size()) {
                var head = ByteBuffer.allocate(BLOCK_HEAD_BYTES + Short.BYTES);
                channel.read(head, offset);
                var chunks = Short.toUnsignedInt(head.getShort(BLOCK_HEAD_BYTES));
                var contents = offset + BLOCK_HEAD_BYTES + BlockFormat.headBytes(chunks);
                channel.write(ByteBuffer.allocate(Integer.BYTES), contents);
                offset += BLOCK_HEAD_BYTES + head.getInt(Integer.BYTES);
            }
        }
    }
}
