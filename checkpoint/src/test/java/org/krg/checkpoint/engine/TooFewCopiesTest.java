// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.IncomingGeneration;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.fixture.NoCopies;
import org.krg.checkpoint.fixture.TestSeal;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.checkpoint.zstd.ZstdStreams;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

/// What comes in, by an archive or under another name, while no other node takes a copy: it is
/// refused and can be removed, and the store goes on.
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class TooFewCopiesTest {
    private static final NodeId SELF = new NodeId("n1");
    private static final NodeId FULL = new NodeId("n2");
    private static final GenerationId ARRIVED = new GenerationId(new ProcessId(77), 1);

    @TempDir private Path directory;
    private final TestSeal seal = new TestSeal();
    private FileChunkStore store;
    private Checkpoints checkpoints;
    private Generation generation;

    @BeforeEach
    void save() throws IOException {
        store = FileChunkStore.open(directory, 1);
        checkpoints = node(directory, store);
        generation = saved();
    }

    @Test
    void anotherNameForACheckpointIsRefused() throws IOException {
        refused(checkpoints.duplicate(generation, head()));

        assertThat(checkpoints.stored()).containsExactly(StoredManifest.of(generation));
        assertThat(checkpoints.verify(generation).repaired()).isZero();
    }

    @Test
    void anImportIsRefusedAndItsChunksGoWithTheNextSweep() throws IOException {
        var archive = new ByteArrayOutputStream();
        checkpoints.export(generation, head(), archive);
        var images = directory.resolve("other");
        store = FileChunkStore.open(images, 1);
        checkpoints = node(images, store);

        refused(
                checkpoints.open(
                        new ByteArrayInputStream(archive.toByteArray()), Optional.empty()));

        assertThat(checkpoints.stored()).isEmpty();
        assertThat(checkpoints.sweep()).isPositive();
        assertThat(images.resolve("packs")).isEmptyDirectory();
    }

    private void refused(IncomingGeneration incoming) throws IOException {
        try (incoming) {
            incoming.receive();
            var failure =
                    catchThrowableOfType(
                            CheckpointFailed.class, () -> incoming.keep(ARRIVED, 2, List.of(FULL)));
            assertThat(failure.failure().code()).isEqualTo(Code.TOO_FEW_COPIES);
            assertThat(failure).hasMessageContaining("no room");
            // Another attempt may be about to commit it: that is for the caller to know.
            var arrived =
                    checkpoints.stored().stream().filter(it -> it.id().equals(ARRIVED)).toList();
            assertThat(arrived).hasSize(1);
            checkpoints.discard(arrived.getFirst());
        }
        store.begin().close();
    }

    @Test
    void whatGetsAnotherNameStaysThoughTheOtherOneIsRemovedMeanwhile() {
        try (var incoming = checkpoints.duplicate(generation, head())) {
            incoming.receive();
            checkpoints.discard(StoredManifest.of(generation));
            checkpoints.sweep();

            var taken = incoming.keep(ARRIVED, 1, List.of());

            assertThat(checkpoints.verify(taken.generation()).repaired()).isZero();
        }
    }

    private Checkpoints node(Path images, FileChunkStore chunks) {
        var parts =
                new CheckpointEngine.Parts(
                        chunks,
                        new ProcCellFiles(),
                        new NoCopies("there is no room"),
                        new Baselines(images, () -> Instant.EPOCH),
                        seal,
                        new ZstdStreams(1));
        return new CheckpointEngine(
                CheckpointConfig.defaults(images, images),
                SELF,
                Map.of(),
                parts,
                _ -> {},
                () -> Instant.EPOCH);
    }

    private Generation saved() throws IOException {
        try (var writing = store.begin()) {
            var writer = new TreeWriter(writing);
            var bytes = new byte[90_000];
            new Random(1).nextBytes(bytes);
            var pages = writer.write(new ByteArrayInputStream(bytes), bytes.length);
            var entries = new ArrayList<Entry>();
            entries.add(new Entry(Kind.IMAGE, "pages-1.img", 0600, 0, 0, pages));
            for (var kind : List.of(Kind.STDOUT, Kind.STDERR)) {
                var nothing = writer.write(new ByteArrayInputStream(new byte[0]), 0);
                entries.add(new Entry(kind, "", 0600, 0, 0, nothing));
            }
            var manifest =
                    new Manifest(
                            new GenerationId(new ProcessId(7), 3),
                            new Epoch(2),
                            Instant.EPOCH,
                            new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                            300,
                            new StreamSizes(0, 0),
                            true,
                            entries,
                            List.of(),
                            List.of());
            var encoded = ManifestCodec.encode(manifest);
            writing.commit(manifest.id(), ManifestCodec.digest(encoded), encoded);
            return new Generation(
                    manifest.id(),
                    manifest.epoch(),
                    ManifestCodec.digest(encoded),
                    List.of(SELF),
                    manifest.imageBytes(),
                    1,
                    Duration.ofMillis(5),
                    Instant.EPOCH,
                    0,
                    false);
        }
    }

    private static ArchiveHead head() {
        return new ArchiveHead(
                new UUID(1, 2),
                SELF,
                Instant.EPOCH,
                "heat",
                Samples.spec(),
                Optional.empty(),
                Duration.ofMillis(5));
    }
}
