// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.TreeBuilder;
import org.krg.checkpoint.engine.ChunkStore.Writing;
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
                    var saved = save(store, new GenerationId(new ProcessId(1), step), random);
                    live.put(saved.id(), saved);
                }
                case 3 -> {
                    if (!live.isEmpty()) {
                        store.remove(live.pollFirstEntry().getKey());
                    }
                }
                case 4 -> assertThat(store.sweep()).isGreaterThanOrEqualTo(0);
                default -> store = FileChunkStore.open(directory, 1, keys);
            }
            for (var saved : live.values()) {
                assertWhole(store, saved);
            }
        }
        for (var id : live.keySet()) {
            store.remove(id);
        }
        assertThat(store.sweep()).isPositive();
        assertThat(directory.resolve("packs")).isEmptyDirectory();
        assertThat(directory.resolve("manifests")).isEmptyDirectory();
    }

    @Test
    void nothingIsSweptWhileAManifestCannotBeRead(@TempDir Path directory) throws IOException {
        var store = FileChunkStore.open(directory, 1);
        var saved = save(store, new GenerationId(new ProcessId(1), 1), new Random(1));
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

    /// What was stored.
    private record Saved(GenerationId id, Sha256 digest, List<Chunk> chunks) {}

    // Chunks of a small range, so that generations share some.
    private static Saved save(FileChunkStore store, GenerationId id, Random random)
            throws IOException {
        var chunks = new ArrayList<Chunk>();
        try (var writing = store.begin()) {
            var tree =
                    new TreeBuilder((hash, node) -> {
                        chunks.add(new Chunk(hash, node));
                        try {
                            writing.addNode(hash, node);
                        } catch (IOException failure) {
                            throw new UncheckedIOException(failure);
                        }
                    });
            var count = 1 + random.nextInt(100);
            for (var index = 0; index < count; index++) {
                var chunk = chunk(random.nextInt(300));
                chunks.add(chunk);
                writing.add(chunk.hash(), chunk.content());
                tree.add(chunk.hash());
            }
            var content = new Content(count * 4096L, tree.finish());
            var bytes = ManifestCodec.encode(manifest(id, content));
            var digest = ManifestCodec.digest(bytes);
            writing.commit(id, digest, bytes);
            return new Saved(id, digest, chunks);
        }
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
