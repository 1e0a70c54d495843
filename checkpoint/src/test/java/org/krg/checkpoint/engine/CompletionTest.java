// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.files.FileChunkStore;
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

/// A copy between two real stores.
final class CompletionTest {
    private static final long SEED = Long.getLong("krg.seed", 42);
    private static final int SIZE_BYTES = 5 * Copies.MAX_CHUNKS * HashTree.CHUNK_BYTES + 7;

    @TempDir private Path directory;
    private final byte[] content = new byte[SIZE_BYTES];
    private final Source source = new Source();
    private FileChunkStore from;
    private FileChunkStore to;
    private Content stored;

    @BeforeEach
    void fill() throws IOException {
        from = FileChunkStore.open(directory.resolve("from"), 1);
        to = FileChunkStore.open(directory.resolve("to"), 1);
        new Random(SEED).nextBytes(content);
        // The first chunk comes again, in a stretch that is asked for later.
        System.arraycopy(content, 0, content, SIZE_BYTES / 2, HashTree.CHUNK_BYTES);
        try (var writing = from.begin()) {
            stored = new TreeWriter(writing).write(new ByteArrayInputStream(content), SIZE_BYTES);
            writing.commit();
        }
    }

    @Test
    void theNextLeavesAreAskedForWhileThoseBeforeAreStoredAndNoneTwice() throws IOException {
        complete();

        assertThat(read()).isEqualTo(content);
        assertThat(source.mostOpen).isEqualTo(2);
        assertThat(source.asked).doesNotHaveDuplicates();
    }

    @Test
    void aChunkThatIsNotWhatItClaimsToBeEndsTheCopy() {
        var bad = new TreeStream(stored, this::require);
        source.bad = Optional.of(skip(bad, 3 * Copies.MAX_CHUNKS));

        assertThatThrownBy(this::complete)
                .isInstanceOf(ChunksMissing.class)
                .hasMessageContaining(source.bad.get().toString());
    }

    private void complete() throws IOException {
        try (var writing = to.begin()) {
            new Completion(to, writing, source).run(manifest());
            writing.commit();
        }
    }

    private byte[] read() throws IOException {
        try (var stream =
                new TreeStream(stored, hash -> to.find(hash).orElseThrow(AssertionError::new))) {
            return stream.readAllBytes();
        }
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return from.find(hash).orElseThrow(AssertionError::new);
    }

    private static ChunkHash skip(TreeStream stream, int chunks) {
        try {
            for (var chunk = 0; chunk < chunks; chunk++) {
                stream.skipChunk();
            }
            return stream.skipChunk().orElseThrow();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private Manifest manifest() {
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

    /// The other store, which notes what it is asked, and insists on the order of answers.
    private final class Source implements Completion.Provider {
        private final List<ChunkHash> asked = new ArrayList<>();
        private final Deque<Object> open = new ArrayDeque<>();
        private Optional<ChunkHash> bad = Optional.empty();
        private int mostOpen;

        @Override
        public List<Chunk> find(List<ChunkHash> hashes) throws IOException {
            return ask(hashes).take();
        }

        @Override
        public Completion.Answer ask(List<ChunkHash> hashes) {
            var ticket = new Object();
            open.add(ticket);
            mostOpen = Math.max(mostOpen, open.size());
            asked.addAll(hashes);
            assertThat(new HashSet<>(hashes)).hasSizeLessThanOrEqualTo(Copies.MAX_CHUNKS);
            return () -> {
                assertThat(open.remove()).isSameAs(ticket);
                var found = new ArrayList<Chunk>();
                for (var hash : hashes) {
                    var isBad = bad.filter(hash::equals).isPresent();
                    found.add(new Chunk(hash, isBad ? new byte[1] : require(hash)));
                }
                return found;
            };
        }
    }
}
