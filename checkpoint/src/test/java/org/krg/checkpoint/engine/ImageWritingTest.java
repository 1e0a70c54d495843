// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.TreeStream.ChunkSource;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

/// An image of many stretches, on the real store.
final class ImageWritingTest {
    private static final long SEED = Long.getLong("krg.seed", 42);
    private static final int STRETCH_BYTES = 1 << 20;
    private static final long PATIENCE_SECONDS = 20;

    /// The last stretch is short, and so is its last chunk.
    private static final int SIZE_BYTES = 6 * STRETCH_BYTES + 5 * HashTree.CHUNK_BYTES + 7;

    @TempDir private Path directory;
    private FileChunkStore store;
    private byte[] content;
    private Manifest manifest;

    @BeforeEach
    void fill() throws IOException {
        store = FileChunkStore.open(directory.resolve("store"), 1);
        Files.createDirectories(images());
        content = new byte[SIZE_BYTES];
        new Random(SEED).nextBytes(content);
        manifest = stored(content);
    }

    @Test
    void stretchesOfAnImageAreWrittenByTwoThreadsAtATime() throws IOException {
        var both = new CyclicBarrier(2);
        var hasMet = new ThreadLocal<Boolean>();
        ChunkSource source =
                hash -> {
                    if (isWriter() && hasMet.get() == null) {
                        hasMet.set(true);
                        meet(both);
                    }
                    return require(hash);
                };

        assertThat(write(source, Optional.empty())).isEqualTo(HashTree.chunks(SIZE_BYTES));

        assertThat(written()).isEqualTo(content);
    }

    @Test
    void whatDiffersFromTheImageThatIsThereIsPutInItsPlace() throws IOException {
        write(this::require, Optional.empty());
        var before = manifest;
        for (var place : List.of(0, 2 * STRETCH_BYTES - 1, 2 * STRETCH_BYTES, SIZE_BYTES - 1)) {
            content[place]++;
        }
        manifest = stored(content);

        assertThat(write(this::require, Optional.of(before))).isEqualTo(4);

        assertThat(written()).isEqualTo(content);
    }

    @Test
    void aChunkThatNobodyHasEndsItAndNoThreadGoesOn() {
        var missing = hashAt(3 * STRETCH_BYTES);
        var under = new AtomicInteger();
        ChunkSource source =
                hash -> {
                    under.incrementAndGet();
                    try {
                        if (hash.equals(missing)) {
                            throw new ChunksMissing("chunk " + hash + " is nowhere");
                        }
                        return require(hash);
                    } finally {
                        under.decrementAndGet();
                    }
                };

        assertThatThrownBy(() -> write(source, Optional.empty()))
                .isInstanceOf(ChunksMissing.class)
                .hasMessageContaining("is nowhere");

        assertThat(under).hasValue(0);
    }

    private long write(ChunkSource source, Optional<Manifest> before) throws IOException {
        try (var writing = new ImageWriting(source, images())) {
            return writing.write(before, manifest);
        }
    }

    private Path images() {
        return directory.resolve("images");
    }

    private byte[] written() throws IOException {
        return Files.readAllBytes(images().resolve("pages-1.img"));
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return store.find(hash).orElseThrow(() -> new ChunksMissing("chunk " + hash));
    }

    private ChunkHash hashAt(int position) {
        var chunk = new byte[HashTree.CHUNK_BYTES];
        System.arraycopy(content, position, chunk, 0, chunk.length);
        return ChunkHash.of(chunk);
    }

    private static boolean isWriter() {
        return Thread.currentThread().getName().startsWith("krg-images-");
    }

    // Both come only if neither waits for the other to end.
    private static void meet(CyclicBarrier both) throws IOException {
        try {
            both.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception alone) {
            throw new IOException("the other thread does not come", alone);
        }
    }

    private Manifest stored(byte[] bytes) throws IOException {
        try (var writing = store.begin()) {
            var tree = new TreeWriter(writing);
            var stored = tree.write(new ByteArrayInputStream(bytes), bytes.length);
            writing.commit();
            return new Manifest(
                    new GenerationId(new ProcessId(7), 1),
                    new Epoch(1),
                    Instant.EPOCH,
                    new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", "cpu"),
                    300,
                    new StreamSizes(0, 0),
                    false,
                    List.of(new Entry(Kind.IMAGE, "pages-1.img", 0600, 0, 0, stored)),
                    List.of(),
                    List.of());
        }
    }
}
