// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// Images that are written ahead of a restore, on the real store.
final class StagingTest {
    private static final ProcessId PROCESS = new ProcessId(7);
    private static final long SEED = Long.getLong("krg.seed", 42);

    @TempDir private Path directory;
    private FileChunkStore store;
    private Baselines baselines;

    @BeforeEach
    void open() throws IOException {
        store = FileChunkStore.open(directory, 1);
        baselines = new Baselines(directory, () -> Instant.EPOCH);
    }

    @Test
    void whatIsStagedIsTheGenerationWhateverWasThereBefore() throws IOException {
        var random = new Random(SEED);
        var images = new TreeMap<String, byte[]>();
        for (var number = 1; number <= 20; number++) {
            change(images, random);
            var manifest = taken(number, images, Optional.empty());

            new Staging(store, baselines).stage(manifest, digest(manifest));

            assertThat(baselines.has(PROCESS, digest(manifest))).isTrue();
            var staged = baselines.take(PROCESS).orElseThrow();
            assertThat(read(staged.work().images())).as("seed %d", SEED).isEqualTo(text(images));
            baselines.put(staged);
        }
    }

    @Test
    void comparedWithAnEarlierDumpTheHashesAreTheSame() throws IOException {
        var random = new Random(SEED);
        var images = new TreeMap<String, byte[]>();
        for (var number = 1; number <= 20; number++) {
            change(images, random);
            var earlier = baselines.take(PROCESS);

            var compared = taken(number, images, earlier);

            var hashed = taken(number, images, Optional.empty());
            assertThat(compared).as("seed %d", SEED).isEqualTo(hashed);
            keepAsDumped(compared, images);
        }
    }

    @Test
    void anEarlierDumpWhoseHashesAreGoneIsComparedWithNothing() throws IOException {
        var images = new TreeMap<String, byte[]>(Map.of("pages-1.img", new byte[30_000]));
        keepAsDumped(taken(1, images, Optional.empty()), images);
        assertThat(store.sweep()).isPositive();

        var compared = taken(2, images, baselines.take(PROCESS));

        assertThat(compared).isEqualTo(taken(2, images, Optional.empty()));
    }

    @Test
    void aSetGoesWithItsGenerationAndNotWithAnother() throws IOException {
        var images = new TreeMap<String, byte[]>(Map.of("pages-1.img", new byte[9_000]));
        var manifest = taken(2, images, Optional.empty());
        keepAsDumped(manifest, images);

        baselines.drop(digest(taken(1, images, Optional.empty())));
        var kept = baselines.take(PROCESS).orElseThrow();
        baselines.put(kept);
        baselines.drop(digest(manifest));

        assertThat(baselines.take(PROCESS)).isEmpty();
        assertThat(kept.work().images()).doesNotExist();
    }

    @Test
    void aSetThatCannotBeCompletedIsNotThere() throws IOException {
        var images = new TreeMap<String, byte[]>(Map.of("pages-1.img", new byte[9_000]));
        var manifest = taken(1, images, Optional.empty());
        var empty = FileChunkStore.open(directory.resolve("empty"), 1);

        new Staging(empty, baselines).stage(manifest, digest(manifest));

        assertThat(baselines.take(PROCESS)).isEmpty();
    }

    @Test
    void onlyAFewSetsAreKeptAndTheOldestGoes() throws IOException {
        var images = new TreeMap<String, byte[]>(Map.of("core-1.img", new byte[10]));
        for (var number = 1; number <= 6; number++) {
            var manifest = manifest(new ProcessId(number), 1, entries(images, Optional.empty()));
            new Staging(store, baselines).stage(manifest, digest(manifest));
        }

        assertThat(baselines.take(new ProcessId(1))).isEmpty();
        assertThat(baselines.take(new ProcessId(6))).isPresent();
    }

    private void keepAsDumped(Manifest manifest, Map<String, byte[]> images) throws IOException {
        var dump = WorkDirectory.create(directory, "dump");
        for (var image : images.entrySet()) {
            Files.write(dump.images().resolve(image.getKey()), image.getValue());
        }
        baselines.keep(manifest, digest(manifest), dump);
    }

    /// Some bytes, some lengths, now and then a file more or less.
    private static void change(Map<String, byte[]> images, Random random) {
        var name = "pages-" + random.nextInt(4) + ".img";
        if (random.nextInt(5) == 0) {
            images.remove(name);
            return;
        }
        var before = images.getOrDefault(name, new byte[0]);
        var after = Arrays.copyOf(before, random.nextInt(6 * HashTree.CHUNK_BYTES));
        for (var i = 0; i < 3 && after.length > 0; i++) {
            after[random.nextInt(after.length)] = (byte) random.nextInt();
        }
        images.put(name, after);
    }

    private Manifest taken(
            long number, Map<String, byte[]> images, Optional<Baselines.Baseline> earlier)
            throws IOException {
        return manifest(PROCESS, number, entries(images, earlier));
    }

    private List<Entry> entries(Map<String, byte[]> images, Optional<Baselines.Baseline> earlier)
            throws IOException {
        var entries = new ArrayList<Entry>();
        try (var writing = store.begin()) {
            var trees = new TreeWriter(writing);
            for (var image : images.entrySet()) {
                var bytes = image.getValue();
                try (var known =
                        earlier.isPresent()
                                ? new EarlierImages(earlier.get(), store).open(image.getKey())
                                : EarlierImages.NONE) {
                    var content =
                            trees.write(
                                    new ByteArrayInputStream(bytes), bytes.length, known.content());
                    entries.add(new Entry(Kind.IMAGE, image.getKey(), 0600, 0, 0, content));
                }
            }
            writing.commit();
        }
        return entries;
    }

    private static Manifest manifest(ProcessId process, long number, List<Entry> entries) {
        return new Manifest(
                new GenerationId(process, number),
                new Epoch(1),
                Instant.EPOCH,
                new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", "cpu"),
                300,
                new StreamSizes(0, 0),
                false,
                entries,
                List.of(),
                List.of());
    }

    private static Sha256 digest(Manifest manifest) {
        return ManifestCodec.digest(ManifestCodec.encode(manifest));
    }

    private static Map<String, String> read(Path images) throws IOException {
        var found = new TreeMap<String, byte[]>();
        try (var files = Files.newDirectoryStream(images)) {
            for (var file : files) {
                found.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return text(found);
    }

    private static Map<String, String> text(Map<String, byte[]> images) {
        var text = new TreeMap<String, String>();
        images.forEach(
                (name, bytes) -> text.put(name, bytes.length + ":" + Arrays.hashCode(bytes)));
        return text;
    }
}
