// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Damage;
import org.krg.checkpoint.model.Stretch;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

class RepairingSourceTest {
    private static final NodeId DEAD = new NodeId("dead");
    private static final NodeId GOOD = new NodeId("good");
    private static final byte[] ONE = "one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "two".getBytes(StandardCharsets.UTF_8);
    private static final GenerationId ID = new GenerationId(new ProcessId(7), 1);

    @TempDir private Path directory;

    private final RecordingCopies copies = new RecordingCopies();
    private final List<Damage> damage = new ArrayList<>();
    private FileChunkStore store;

    /// Nodes of which some are out of reach; remembers who was asked.
    private static final class RecordingCopies implements Copies {
        @Override
        public byte[] readMemory(NodeId node, ProcessId process, Epoch epoch, Stretch pages) {
            throw new AssertionError("memory is not asked for");
        }

        private final List<NodeId> asked = new ArrayList<>();
        private final TreeSet<NodeId> down = new TreeSet<>();

        @Override
        public void prepare(NodeId node) {}

        @Override
        public void keep(
                NodeId node, GenerationId id, byte[] manifest, boolean stages, LongConsumer sent) {
            throw new AssertionError("nothing is copied here");
        }

        @Override
        public Optional<byte[]> findManifest(NodeId node, GenerationId id, Sha256 digest) {
            return Optional.empty();
        }

        @Override
        public List<Chunk> find(NodeId node, List<ChunkHash> hashes) throws IOException {
            asked.add(node);
            if (down.contains(node)) {
                throw new IOException("connection refused");
            }
            return List.of(ONE, TWO).stream()
                    .map(content -> new Chunk(ChunkHash.of(content), content))
                    .filter(chunk -> hashes.contains(chunk.hash()))
                    .toList();
        }
    }

    @BeforeEach
    void open() throws IOException {
        store = FileChunkStore.open(directory, 1);
    }

    @Test
    void aNodeThatDidNotAnswerIsAskedLastFromThenOn() throws IOException {
        copies.down.add(DEAD);
        try (var writing = store.begin();
                var source = source(writing)) {
            assertThat(source.require(ChunkHash.of(ONE))).isEqualTo(ONE);
            assertThat(source.require(ChunkHash.of(TWO))).isEqualTo(TWO);
        }
        assertThat(copies.asked).containsExactly(DEAD, GOOD, GOOD);
        assertThat(damage)
                .containsExactly(new Damage(ID, "2 chunks were damaged", Optional.of(GOOD)));
    }

    @Test
    void itIsStillAskedWhenNobodyElseHasAChunk() throws IOException {
        copies.down.add(DEAD);
        try (var writing = store.begin();
                var source = source(writing)) {
            assertThat(source.require(ChunkHash.of(ONE))).isEqualTo(ONE);
            copies.down.clear();
            copies.down.add(GOOD);

            assertThat(source.require(ChunkHash.of(TWO))).isEqualTo(TWO);
        }
        assertThat(copies.asked).containsExactly(DEAD, GOOD, GOOD, DEAD);
    }

    @Test
    void whatNobodyHasIsReportedAndNotInvented() throws IOException {
        copies.down.addAll(List.of(DEAD, GOOD));
        try (var writing = store.begin();
                var source = source(writing)) {
            assertThatThrownBy(() -> source.require(ChunkHash.of(ONE)))
                    .isInstanceOf(ChunksMissing.class)
                    .hasMessageContaining("no other copy is good");
        }
        assertThat(damage).singleElement().matches(found -> found.repairedFrom().isEmpty());
    }

    private RepairingSource source(ChunkStore.Writing writing) {
        var generation =
                new Generation(
                        ID,
                        new Epoch(1),
                        new Sha256("0".repeat(64)),
                        List.of(DEAD, GOOD),
                        1,
                        1,
                        Duration.ZERO,
                        Instant.EPOCH,
                        0,
                        false);
        return new RepairingSource(
                store, writing, copies, generation, List.of(DEAD, GOOD), damage::add);
    }
}
