// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.KeyUnknown;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.TreeBuilder;
import org.krg.checkpoint.fixture.StoredBytes;
import org.krg.checkpoint.fixture.TestKeys;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// What lies on the disk of a node that encrypts, and what somebody can do who can write there.
final class EncryptedStoreTest {
    /// More than a block has, so that there are several.
    private static final int CHUNKS = 80;

    private static final int FLIPS = 60;

    private static final StoreKeys KEYS = TestKeys.of(1);
    private static final String IMAGE = "pages-of-the-secret.img";

    @TempDir private Path directory;

    @Test
    void theDiskHoldsNeitherContentsNorHashesNorNames() throws IOException {
        save(open(KEYS), 1, 0);
        for (var leak : leaks()) {
            assertThat(StoredBytes.with(leak, directory)).isEmpty();
        }
    }

    @Test
    void withoutEncryptionAllOfThemAreThere() throws IOException {
        save(open(StoreKeys.NONE), 1, 0);
        for (var leak : leaks()) {
            assertThat(StoredBytes.with(leak, directory)).isNotEmpty();
        }
    }

    @Test
    void twoFilesWithTheSameContentsHaveNothingInCommon() throws IOException {
        save(FileChunkStore.open(directory.resolve("one"), 1, KEYS), 1, 0);
        save(FileChunkStore.open(directory.resolve("other"), 1, KEYS), 1, 0);
        var one = Files.readAllBytes(onlyPack(directory.resolve("one")));
        var other = Files.readAllBytes(onlyPack(directory.resolve("other")));
        assertThat(one).hasSameSizeAs(other);
        var same = 0;
        for (var offset = FileSeal.HEAD_BYTES; offset < one.length; offset++) {
            same += one[offset] == other[offset] ? 1 : 0;
        }
        // One byte in 256 by chance, and the marks and lengths of blocks.
        assertThat(same).isLessThan(one.length / 128);
    }

    @Test
    void aFlippedBitAnywhereIsNoticedAndNothingElseIsLost() throws IOException {
        save(open(KEYS), 1, 0);
        var pack = onlyPack(directory);
        var good = Files.readAllBytes(pack);
        var random = new Random(5);
        var lost = 0;
        for (var round = 0; round < FLIPS; round++) {
            var bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(pack, bad);
            lost += assertNothingWrong(open(KEYS));
        }
        // Each flip costs a block at least, except in the first bytes of a head that only says so.
        assertThat(lost).isGreaterThan(FLIPS * CHUNKS / 10);
        Files.write(pack, good);
        assertThat(assertNothingWrong(open(KEYS))).isZero();
    }

    @Test
    void aFileThatIsCutLosesWhatIsCutAndNoMore() throws IOException {
        save(open(KEYS), 1, 0);
        var pack = onlyPack(directory);
        var good = Files.readAllBytes(pack);
        var before = CHUNKS;
        for (var part = 0; part <= 40; part++) {
            Files.write(pack, Arrays.copyOf(good, good.length * part / 40));
            var lost = assertNothingWrong(open(KEYS));
            assertThat(lost).isLessThanOrEqualTo(before);
            before = lost;
        }
        assertThat(before).isZero();
    }

    @Test
    void blocksThatChangePlacesDoNotOpen() throws IOException {
        save(open(KEYS), 1, 0);
        var pack = onlyPack(directory);
        var good = Files.readAllBytes(pack);
        var blocks = blocks(good);
        assertThat(blocks.size()).isGreaterThanOrEqualTo(2);
        var first = blocks.get(0);
        var second = blocks.get(1);
        var swapped =
                ByteBuffer.allocate(good.length)
                        .put(good, 0, FileSeal.HEAD_BYTES)
                        .put(second)
                        .put(first);
        swapped.put(good, swapped.position(), good.length - swapped.position());
        Files.write(pack, swapped.array());
        assertThat(assertNothingWrong(open(KEYS))).isGreaterThanOrEqualTo(CHUNKS / 2);
    }

    @Test
    void aBlockOfAnotherFileDoesNotOpenEvenUnderTheSameKey() throws IOException {
        save(FileChunkStore.open(directory.resolve("other"), 1, KEYS), 1, 0);
        save(open(KEYS), 1, 0);
        var foreign = Files.readAllBytes(onlyPack(directory.resolve("other")));
        var pack = onlyPack(directory);
        var own = Files.readAllBytes(pack);
        System.arraycopy(
                foreign,
                FileSeal.HEAD_BYTES,
                own,
                FileSeal.HEAD_BYTES,
                own.length - FileSeal.HEAD_BYTES);
        Files.write(pack, own);
        assertThat(assertNothingWrong(open(KEYS))).isEqualTo(CHUNKS);
    }

    @Test
    void withoutTheKeyNothingOpensAndNothingIsChanged() throws IOException {
        save(open(KEYS), 1, 0);
        Files.writeString(directory.resolve("packs/00000000000000ff.pack.new"), "half");
        var before = StoredBytes.all(directory);
        for (var others : List.of(TestKeys.of(2), StoreKeys.NONE)) {
            assertThatThrownBy(() -> open(others))
                    .isInstanceOf(KeyUnknown.class)
                    .hasMessageContaining(TestKeys.key(1).name());
            assertThat(StoredBytes.all(directory)).isEqualTo(before);
        }
    }

    @Test
    void aFileThatClaimsAKeyThatIsHereIsDamagedAndNoMore() throws IOException {
        save(open(KEYS), 1, 0);
        for (var file : List.of(onlyPack(directory), onlyFile("manifests"))) {
            var bytes = Files.readAllBytes(file);
            var head = ByteBuffer.wrap(bytes);
            head.putLong(2 * Integer.BYTES, TestKeys.key(2).id());
            var crc = new CRC32C();
            crc.update(bytes, 0, FileSeal.HEAD_BYTES - Integer.BYTES);
            head.putInt(FileSeal.HEAD_BYTES - Integer.BYTES, (int) crc.getValue());
            Files.write(file, bytes);
        }
        var store = open(TestKeys.of(2));
        assertThat(assertNothingWrong(store)).isEqualTo(CHUNKS);
        assertThat(store.findManifest(id(1), digest(1, 0))).isEmpty();
        assertThat(store.hasManifest(id(1), digest(1, 0))).isTrue();
    }

    @Test
    void aDamagedHeadIsDamageAndNoLostKey() throws IOException {
        save(open(KEYS), 1, 0);
        var pack = onlyPack(directory);
        var bytes = Files.readAllBytes(pack);
        bytes[2 * Integer.BYTES] ^= 1;
        Files.write(pack, bytes);
        assertThat(assertNothingWrong(open(KEYS))).isEqualTo(CHUNKS);
    }

    @Test
    void manifestsThatChangePlacesDoNotOpen() throws IOException {
        var store = open(KEYS);
        save(store, 1, 0);
        save(store, 2, 1000);
        assertThat(store.findManifest(id(1), digest(1, 0))).isPresent();
        var files = files("manifests");
        var one = Files.readAllBytes(files.get(0));
        Files.write(files.get(0), Files.readAllBytes(files.get(1)));
        Files.write(files.get(1), one);
        assertThat(store.findManifest(id(1), digest(1, 0))).isEmpty();
        assertThat(store.findManifest(id(2), digest(2, 1000))).isEmpty();
    }

    @Test
    void aSweepEncryptsWhatWasInTheClearAndTheOtherWayRound() throws IOException {
        save(open(StoreKeys.NONE), 1, 0);
        var taken = Files.getLastModifiedTime(onlyFile("manifests"));
        var on = open(KEYS);
        assertThat(on.outdatedBytes()).isPositive();
        on.sweep();
        assertThat(on.outdatedBytes()).isZero();
        for (var leak : leaks()) {
            assertThat(StoredBytes.with(leak, directory)).isEmpty();
        }
        assertThat(assertNothingWrong(open(KEYS))).isZero();
        assertThat(open(KEYS).findManifest(id(1), digest(1, 0))).isPresent();
        // By its time a generation is known that may still be about to be committed.
        assertThat(Files.getLastModifiedTime(onlyFile("manifests"))).isEqualTo(taken);

        var off = open(TestKeys.of(1).retired());
        assertThat(assertNothingWrong(off)).isZero();
        off.sweep();
        assertThat(assertNothingWrong(open(StoreKeys.NONE))).isZero();
    }

    @Test
    void aNewKeyTakesOverWhatIsUnderTheOldOne() throws IOException {
        save(open(KEYS), 1, 0);
        var both = new TestKeys(List.of(TestKeys.key(2), TestKeys.key(1)), true);
        var store = open(both);
        save(store, 2, 1000);
        assertThat(assertNothingWrong(store)).isZero();
        store.sweep();
        var alone = open(TestKeys.of(2));
        assertThat(assertNothingWrong(alone)).isZero();
        assertThat(alone.findManifest(id(1), digest(1, 0))).isPresent();
        assertThat(alone.findManifest(id(2), digest(2, 1000))).isPresent();
    }

    private FileChunkStore open(StoreKeys keys) throws IOException {
        return FileChunkStore.open(directory, 1, keys);
    }

    /// Asserts that every chunk of the first generation is as it was or not there.
    ///
    /// @return how many are not there
    private static int assertNothingWrong(FileChunkStore store) throws IOException {
        var lost = 0;
        for (var seed = 0; seed < CHUNKS; seed++) {
            var found = store.find(chunk(seed).hash());
            if (found.isPresent()) {
                assertThat(found.get()).isEqualTo(chunk(seed).content());
            } else {
                lost++;
            }
        }
        return lost;
    }

    private static void save(FileChunkStore store, long number, int firstSeed) throws IOException {
        try (var writing = store.begin()) {
            for (var seed = firstSeed; seed < firstSeed + CHUNKS; seed++) {
                writing.add(chunk(seed).hash(), chunk(seed).content());
            }
            var nodes = new ArrayList<Chunk>();
            var _ = root(firstSeed, nodes);
            for (var node : nodes) {
                writing.addNode(node.hash(), node.content());
            }
            var manifest = manifest(number, firstSeed);
            writing.commit(id(number), ManifestCodec.digest(manifest), manifest);
        }
    }

    private static ChunkHash root(int firstSeed, List<Chunk> nodes) {
        var tree = new TreeBuilder((hash, node) -> nodes.add(new Chunk(hash, node)));
        for (var seed = firstSeed; seed < firstSeed + CHUNKS; seed++) {
            tree.add(chunk(seed).hash());
        }
        return tree.finish();
    }

    private static byte[] manifest(long number, int firstSeed) {
        var content = new Content(CHUNKS * 4096L, root(firstSeed, new ArrayList<>()));
        return ManifestCodec.encode(
                new Manifest(
                        id(number),
                        new Epoch(1),
                        Instant.EPOCH,
                        new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                        300,
                        new StreamSizes(0, 0),
                        true,
                        List.of(new Entry(Kind.IMAGE, IMAGE, 0600, 0, 0, content)),
                        List.of(),
                        List.of()));
    }

    private static Sha256 digest(long number, int firstSeed) {
        return ManifestCodec.digest(manifest(number, firstSeed));
    }

    private static GenerationId id(long number) {
        return new GenerationId(new ProcessId(1), number);
    }

    // Random bytes do not become smaller, so that they lie in the file as they are.
    private static Chunk chunk(int seed) {
        var content = new byte[4096];
        new Random(seed).nextBytes(content);
        return new Chunk(ChunkHash.of(content), content);
    }

    /// {@return what somebody who reads the disk might look for}
    private static List<byte[]> leaks() {
        var content = Arrays.copyOfRange(chunk(7).content(), 1000, 1064);
        var hash = ByteBuffer.allocate(ChunkHash.BYTES);
        chunk(7).hash().write(hash);
        return List.of(content, hash.array(), IMAGE.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<byte[]> blocks(byte[] pack) {
        var blocks = new ArrayList<byte[]>();
        var bytes = ByteBuffer.wrap(pack);
        for (var offset = FileSeal.HEAD_BYTES; offset < pack.length; ) {
            var length = Pack.HEAD_BYTES + bytes.getInt(offset + Integer.BYTES);
            blocks.add(Arrays.copyOfRange(pack, offset, offset + length));
            offset += length;
        }
        return blocks;
    }

    private Path onlyFile(String kind) throws IOException {
        return files(kind).getFirst();
    }

    private static Path onlyPack(Path directory) throws IOException {
        try (var packs = Files.list(directory.resolve("packs"))) {
            return packs.filter(it -> it.toString().endsWith(".pack")).findFirst().orElseThrow();
        }
    }

    private List<Path> files(String kind) throws IOException {
        try (var files = Files.list(directory.resolve(kind))) {
            return files.sorted().toList();
        }
    }
}
