// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.TreeBuilder;
import org.krg.checkpoint.engine.ChunkStore.Published;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.fixture.TestKeys;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class FileChunkStoreTest {
    @Test
    void chunksAreThereWhenTheyAreCommittedAndAfterARestart(@TempDir Path directory)
            throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var chunk = chunk(1);
        try (var writing = store.begin()) {
            writing.add(chunk.hash(), chunk.content());
            assertThat(writing.has(chunk.hash())).isTrue();
            assertThat(store.has(chunk.hash())).isFalse();
            writing.commit();
        }
        assertThat(store.find(chunk.hash())).contains(chunk.content());
        assertThat(FileChunkStore.open(directory, 1).find(chunk.hash())).contains(chunk.content());
    }

    @Test
    void whatIsNotCommittedIsGone(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        try (var writing = store.begin()) {
            writing.add(chunk(1).hash(), chunk(1).content());
        }
        assertThat(store.has(chunk(1).hash())).isFalse();
        assertThat(directory.resolve("packs")).isEmptyDirectory();
    }

    @Test
    void aChunkIsStoredOnce(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        try (var writing = store.begin()) {
            add(writing, 1);
            add(writing, 1);
            writing.commit();
            var bytes = writing.storedBytes();
            add(writing, 1);
            writing.commit();
            assertThat(writing.storedBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void aTornPackLosesWhatIsTornAndNoMore(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        try (var writing = store.begin()) {
            for (var seed = 0; seed < 200; seed++) {
                add(writing, seed);
            }
            writing.commit();
        }
        Path pack;
        try (var packs = Files.list(directory.resolve("packs"))) {
            pack = packs.findFirst().orElseThrow();
        }
        var bytes = Files.readAllBytes(pack);
        Files.write(pack, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        var torn = FileChunkStore.open(directory, 1);
        assertThat(torn.find(chunk(0).hash())).contains(chunk(0).content());
        assertThat(torn.find(chunk(199).hash())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void whateverIsTakenAndRemovedInWhateverOrderLiveGenerationsStayWhole(
            long seed, boolean encrypts, @TempDir Path directory) throws IOException {
        var random = new Random(seed);
        var keys = encrypts ? TestKeys.of(1) : StoreKeys.NONE;
        var store = FileChunkStore.open(directory, 1, keys);
        var live = new TreeMap<GenerationId, Saved>();
        for (var step = 0; step < 60; step++) {
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    var saved = save(store, id(step), random);
                    live.put(saved.id(), saved);
                }
                case 3 -> {
                    if (!live.isEmpty()) {
                        remove(store, live.pollFirstEntry().getValue());
                    }
                }
                case 4 -> assertThat(store.sweep()).isGreaterThanOrEqualTo(0);
                default -> store = FileChunkStore.open(directory, 1, keys);
            }
            for (var saved : live.values()) {
                assertWhole(store, saved);
            }
        }
        for (var saved : live.values()) {
            remove(store, saved);
        }
        assertThat(store.sweep()).isPositive();
        assertThat(directory.resolve("packs")).isEmptyDirectory();
        assertThat(directory.resolve("manifests")).isEmptyDirectory();
    }

    @Test
    void nothingIsSweptWhileAManifestCannotBeRead(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var saved = save(store, id(1), new Random(1));
        try (var manifests = Files.list(directory.resolve("manifests"))) {
            Files.writeString(manifests.findFirst().orElseThrow(), "damaged");
        }
        assertThat(store.findManifest(saved.id(), saved.digest())).isEmpty();
        assertThat(store.hasManifest(saved.id(), saved.digest())).isTrue();
        assertThat(store.sweep()).isZero();
        for (var chunk : saved.chunks()) {
            assertThat(store.find(chunk.hash())).isPresent();
        }
    }

    @Test
    void aSweepWaitsForNobodyAndNobodyWaitsForIt(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var gone = save(store, id(1), new Random(1));
        try (var lasting = store.begin()) {
            remove(store, gone);

            assertThat(store.sweep()).isZero();

            store.begin().close();
            add(lasting, 1000);
            lasting.commit();
        }
        assertThat(store.sweep()).isPositive();
    }

    // As on a node whose programs are saved one after the other, without a pause.
    @Test
    void aStoreThatAlwaysHasAWriterIsSweptToo(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var gone = save(store, id(1), new Random(1));
        var first = store.begin();
        remove(store, gone);
        assertThat(store.sweep()).isZero();

        try (var second = store.begin()) {
            first.close();

            assertThat(store.sweep()).isPositive();
            assertThat(directory.resolve("packs")).isDirectoryNotContaining("glob:**.pack");
            assertThat(second.has(gone.chunks().getFirst().hash())).isFalse();
        }
    }

    @Test
    void whatAWriterHasSeenStays(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var gone = save(store, id(1), new Random(1));
        var copy = new Open(store, id(2));
        copy.addAll(gone);
        remove(store, gone);
        assertThat(store.sweep()).isZero();

        var saved = copy.commit();
        store.sweep();

        assertWhole(store, saved);
        assertWhole(FileChunkStore.open(directory, 1), saved);
    }

    @Test
    void whatIsAboutToGoIsStoredAgainByWhoeverBeginsThen(@TempDir Path directory)
            throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var gone = save(store, id(1), new Random(1));
        var before = store.begin();
        remove(store, gone);
        assertThat(store.sweep()).isZero();
        // It can still be read by those who do.
        assertThat(store.find(gone.chunks().getFirst().hash())).isPresent();

        var copy = new Open(store, id(2));
        copy.addAll(gone);
        var saved = copy.commit();
        before.close();

        assertThat(store.sweep()).isPositive();
        assertWhole(store, saved);
        assertWhole(FileChunkStore.open(directory, 1), saved);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whoeverWritesWhileItIsSweptHasWholeGenerations(long seed, @TempDir Path directory)
            throws IOException {
        var random = new Random(seed);
        var store = FileChunkStore.open(directory, 1);
        var live = new TreeMap<GenerationId, Saved>();
        var open = new ArrayList<Open>();
        for (var step = 0; step < 200; step++) {
            switch (random.nextInt(7)) {
                case 0, 1 -> open.add(new Open(store, id(step)));
                case 2, 3 -> {
                    for (var one : open) {
                        one.addSome(random);
                    }
                }
                case 4 -> {
                    if (!open.isEmpty()) {
                        var saved = open.remove(random.nextInt(open.size())).commit();
                        live.put(saved.id(), saved);
                    }
                }
                case 5 -> {
                    if (live.size() > 2) {
                        remove(store, live.pollFirstEntry().getValue());
                    }
                }
                default -> assertThat(store.sweep()).isGreaterThanOrEqualTo(0);
            }
            for (var saved : live.values()) {
                assertWhole(store, saved);
            }
        }
        for (var one : open) {
            one.commit();
        }
        for (var stored : store.stored()) {
            store.remove(stored.id(), stored.digest());
        }
        // The first ends what is under way.
        store.sweep();
        store.sweep();
        assertThat(directory.resolve("packs")).isEmptyDirectory();
    }

    @Test
    void whatTheDiskDidNotTakeIsNotReliedUpon(@TempDir Path directory) throws IOException {
        var disk = new FailingDisk();
        var store = FileChunkStore.open(directory, 1, StoreKeys.NONE, disk);
        var earlier = saved(store, id(1), 0, 50);
        disk.failsNext = true;

        assertThatThrownBy(() -> saved(store, id(2), 0, 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(".pack")
                .hasMessageContaining("Input/output error");

        assertThat(store.stored()).containsExactly(stored(earlier));
        assertThat(store.has(chunk(0).hash())).isTrue();
        assertThat(store.has(chunk(99).hash())).isFalse();
        assertWhole(store, earlier);

        // The kernel has forgotten what it could not write, and says that all is well.
        var later = saved(store, id(3), 0, 100);
        disk.cutPower();
        var restarted = FileChunkStore.open(directory, 1);
        assertWhole(restarted, earlier);
        assertWhole(restarted, later);
    }

    @Test
    void whoHasFoundWhatIsLostCannotCommit(@TempDir Path directory) throws IOException {
        var disk = new FailingDisk();
        var store = FileChunkStore.open(directory, 1, StoreKeys.NONE, disk);
        var first = new Open(store, id(1));
        first.addAll(0, 100);
        var _ = first.publish();
        var published = new Open(store, id(2));
        published.addAll(0, 100);
        var whole = published.publish();
        var writing = new Open(store, id(3));
        writing.addAll(0, 100);
        disk.failsNext = true;
        assertThatThrownBy(() -> saved(store, id(4), 200, 210)).isInstanceOf(IOException.class);

        assertThatThrownBy(whole::sync).hasMessageContaining("Input/output error");
        assertThatThrownBy(writing::commit).hasMessageContaining("Input/output error");
        assertThat(store.stored()).isEmpty();
        assertThat(directory.resolve("packs")).isEmptyDirectory();

        var later = saved(store, id(5), 0, 100);
        assertWhole(FileChunkStore.open(directory, 1), later);
    }

    @Test
    void whatADurablePackHasTooStays(@TempDir Path directory) throws IOException {
        var disk = new FailingDisk();
        var store = FileChunkStore.open(directory, 1, StoreKeys.NONE, disk);
        var twice = new Open(store, id(2));
        twice.addAll(0, 100);
        var first = saved(store, id(1), 0, 100);
        disk.failsNext = true;
        assertThatThrownBy(twice::commit).isInstanceOf(IOException.class);

        assertWhole(store, first);
        remove(store, first);
        assertThat(store.sweep()).isPositive();
    }

    @Test
    void noSweepTakesWhatIsDurableForWhatIsNot(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var twice = new Open(store, id(2));
        twice.addAll(0, 100);
        var first = saved(store, id(1), 0, 100);
        var _ = twice.publish();

        store.sweep();

        assertWhole(store, first);
        assertWhole(FileChunkStore.open(directory, 1), first);
    }

    @Test
    void whatIsStoredAgainDoesNotTakeThePlaceOfWhatIsDurable(@TempDir Path directory)
            throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var gone = saved(store, id(1), 0, 100);
        var copy = new Open(store, id(2));
        copy.addAll(gone);
        remove(store, gone);
        store.sweep();
        var again = new Open(store, id(3));
        again.addAll(0, 100);
        var saved = copy.commit();
        var _ = again.publish();

        store.sweep();

        assertWhole(store, saved);
        assertWhole(FileChunkStore.open(directory, 1), saved);
    }

    @Test
    void aManifestThatIsThereIsNotLostWithWhatIsNew(@TempDir Path directory) throws IOException {
        var disk = new FailingDisk();
        var store = FileChunkStore.open(directory, 1, StoreKeys.NONE, disk);
        var first = saved(store, id(1), 0, 100);
        disk.failsNext = true;
        var again = new Open(store, id(1));
        again.addAll(0, 100);
        again.writing.add(chunk(500).hash(), chunk(500).content());

        assertThatThrownBy(again::commit).isInstanceOf(IOException.class);

        assertWhole(store, first);
    }

    @Test
    void whatIsNotDurableIsGoneAfterAnEndWithoutNotice(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var open = new Open(store, id(1));
        open.addAll(0, 100);
        var _ = open.publish();
        assertThat(store.has(chunk(0).hash())).isTrue();
        assertThat(store.stored()).hasSize(1);

        var restarted = FileChunkStore.open(directory, 1);
        assertThat(restarted.has(chunk(0).hash())).isFalse();
        assertThat(restarted.stored()).isEmpty();
        assertThat(directory.resolve("packs")).isEmptyDirectory();
        assertThat(directory.resolve("manifests")).isEmptyDirectory();

        // It keeps no sweep from anything, though its number is given out again.
        var again = saved(restarted, id(1), 200, 300);
        remove(restarted, saved(restarted, id(2), 300, 400));
        assertThat(restarted.sweep()).isPositive();
        assertWhole(FileChunkStore.open(directory, 1), again);
    }

    @Test
    void whatIsDurableHasItsManifestAfterAnEndWithoutNotice(@TempDir Path directory)
            throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var first = new Open(store, id(1));
        first.addAll(0, 100);
        var _ = first.publish();

        // Whoever commits makes all durable that was published before.
        var second = saved(store, id(2), 100, 200);

        var restarted = FileChunkStore.open(directory, 1);
        assertThat(restarted.stored()).hasSize(2);
        assertWhole(restarted, second);
    }

    @Test
    void ofTwoThatHaveOneNumberTheOtherStays(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var given = saved(store, id(1), 0, 100);
        var kept = saved(store, id(1), 50, 150);

        remove(store, given);
        store.sweep();

        assertThat(store.stored()).containsExactly(stored(kept));
        assertWhole(FileChunkStore.open(directory, 1), kept);
    }

    /// A disk that does not take a file, and then says that it has it, as Linux does.
    private static final class FailingDisk implements Disk {
        private final List<Path> lost = new ArrayList<>();
        private boolean failsNext;

        @Override
        public void force(Path file) throws IOException {
            if (failsNext) {
                failsNext = false;
                lost.add(file);
                lost.add(Path.of(file.toString().replace(".new", "")));
                throw new IOException("Input/output error");
            }
            Disk.REAL.force(file);
        }

        // What was not written is zeros then.
        void cutPower() throws IOException {
            for (var file : lost) {
                if (Files.exists(file)) {
                    Files.write(file, new byte[(int) Files.size(file)]);
                }
            }
        }
    }

    private static Saved saved(FileChunkStore store, GenerationId id, int first, int end)
            throws IOException {
        var open = new Open(store, id);
        open.addAll(first, end);
        return open.commit();
    }

    private static void remove(FileChunkStore store, Saved saved) throws IOException {
        store.remove(saved.id(), saved.digest());
    }

    private static StoredManifest stored(Saved saved) {
        return new StoredManifest(saved.id(), saved.digest());
    }

    private static GenerationId id(long number) {
        return new GenerationId(new ProcessId(1), number);
    }

    /// A generation that is being written.
    private static final class Open {
        private final GenerationId id;
        private final Writing writing;
        private final List<Chunk> leaves = new ArrayList<>();

        Open(FileChunkStore store, GenerationId id) throws IOException {
            this.id = id;
            this.writing = store.begin();
        }

        // Of a small range, so that generations share some.
        void addSome(Random random) throws IOException {
            for (var count = random.nextInt(20); count > 0; count--) {
                add(chunk(random.nextInt(300)));
            }
        }

        void addAll(Saved saved) throws IOException {
            for (var leaf : saved.leaves()) {
                add(leaf);
            }
        }

        void addAll(int first, int end) throws IOException {
            for (var seed = first; seed < end; seed++) {
                add(chunk(seed));
            }
        }

        private void add(Chunk chunk) throws IOException {
            writing.add(chunk.hash(), chunk.content());
            leaves.add(chunk);
        }

        Saved commit() throws IOException {
            try (writing) {
                var saved = finish();
                writing.commit(id, saved.digest(), saved.manifest());
                return saved;
            }
        }

        Published publish() throws IOException {
            try (writing) {
                var saved = finish();
                return writing.publish(id, saved.digest(), saved.manifest());
            }
        }

        private Saved finish() {
            var nodes = new ArrayList<Chunk>();
            var tree =
                    new TreeBuilder((hash, node) -> {
                        nodes.add(new Chunk(hash, node));
                        try {
                            writing.addNode(hash, node);
                        } catch (IOException failure) {
                            throw new UncheckedIOException(failure);
                        }
                    });
            leaves.forEach(leaf -> tree.add(leaf.hash()));
            var content = new Content(leaves.size() * 4096L, tree.finish());
            var bytes = ManifestCodec.encode(manifest(id, content));
            return new Saved(id, ManifestCodec.digest(bytes), bytes, leaves, nodes);
        }
    }

    /// What was stored.
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record Saved(
            GenerationId id,
            Sha256 digest,
            byte[] manifest,
            List<Chunk> leaves,
            List<Chunk> nodes) {
        List<Chunk> chunks() {
            return Stream.concat(leaves.stream(), nodes.stream()).toList();
        }
    }

    private static Saved save(FileChunkStore store, GenerationId id, Random random)
            throws IOException {
        var open = new Open(store, id);
        do {
            open.addSome(random);
        } while (open.leaves.isEmpty() || random.nextInt(5) > 0);
        return open.commit();
    }

    private static Manifest manifest(GenerationId id, Content content) {
        return new Manifest(
                id,
                new Epoch(1),
                Instant.EPOCH,
                new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                300,
                new StreamSizes(0, 0),
                true,
                List.of(new Entry(Kind.IMAGE, "pages-1.img", 0600, 0, 0, content)),
                List.of(),
                List.of());
    }

    private static void assertWhole(FileChunkStore store, Saved saved) throws IOException {
        assertThat(store.findManifest(saved.id(), saved.digest())).isPresent();
        for (var chunk : saved.chunks()) {
            assertThat(store.find(chunk.hash()).map(ChunkHash::of))
                    .isEqualTo(Optional.of(chunk.hash()));
        }
    }

    private static void add(Writing writing, int seed) throws IOException {
        writing.add(chunk(seed).hash(), chunk(seed).content());
    }

    private static Chunk chunk(int seed) {
        var content = new byte[4096];
        new Random(seed).nextBytes(content);
        return new Chunk(ChunkHash.of(content), content);
    }
}
