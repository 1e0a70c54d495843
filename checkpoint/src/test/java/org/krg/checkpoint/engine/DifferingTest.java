// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.GenerationDiff.Change;
import org.krg.checkpoint.model.GenerationDiff.Part;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

/// What differs between two generations, on the real store.
final class DifferingTest {
    private static final int PAGE = HashTree.CHUNK_BYTES;

    @TempDir private Path directory;
    private FileChunkStore store;

    @BeforeEach
    void open() throws IOException {
        store = FileChunkStore.open(directory, 1);
    }

    @Test
    void onlyWhatTheEarlierOneHasNowhereIsNew() throws IOException {
        var memory = pages(1, 2, 3, 4);
        var before =
                manifest(
                        1,
                        entry(Kind.IMAGE, "pages-1.img", memory),
                        entry(Kind.FILE, "/log", new byte[10]),
                        entry(Kind.IMAGE, "core-1.img", new byte[20]));
        // A page moved, one changed, and one more.
        var after =
                manifest(
                        2,
                        entry(Kind.IMAGE, "pages-1.img", pages(1, 3, 9, 4, 2)),
                        entry(Kind.FILE, "/log", new byte[10]),
                        entry(Kind.FILE, "/new", pages(7)));

        var diff = diff(before, after);

        assertThat(diff.parts())
                .containsExactly(
                        new Part(Kind.IMAGE, "pages-1.img", Change.CHANGED, 4 * PAGE, 5 * PAGE, 1),
                        new Part(Kind.FILE, "/new", Change.ADDED, 0, PAGE, 1),
                        new Part(Kind.IMAGE, "core-1.img", Change.REMOVED, 20, 0, 0));
        assertThat(diff)
                .returns(2L, GenerationDiff::newChunks)
                .returns(2L * PAGE, GenerationDiff::newBytes)
                .returns(1L, GenerationDiff::newPages)
                .returns(5L, GenerationDiff::sharedChunks);
    }

    @Test
    void aGenerationDoesNotDifferFromItself() throws IOException {
        var one = manifest(1, entry(Kind.IMAGE, "pages-1.img", pages(1, 1, 2)));

        assertThat(diff(one, one))
                .returns(List.of(), GenerationDiff::parts)
                .returns(0L, GenerationDiff::newChunks)
                .returns(3L, GenerationDiff::sharedChunks);
    }

    private GenerationDiff diff(Manifest from, Manifest to) throws IOException {
        return new Differing(from, to, hash -> store.find(hash).orElseThrow()).run();
    }

    private Entry entry(Kind kind, String name, byte[] bytes) throws IOException {
        try (var writing = store.begin()) {
            var content =
                    new TreeWriter(writing).write(new ByteArrayInputStream(bytes), bytes.length);
            writing.commit();
            return new Entry(kind, name, 0600, 0, 0, content);
        }
    }

    private static byte[] pages(int... numbers) {
        var bytes = new byte[numbers.length * PAGE];
        for (var i = 0; i < numbers.length; i++) {
            bytes[i * PAGE] = (byte) numbers[i];
        }
        return bytes;
    }

    private static Manifest manifest(long number, Entry... entries) {
        return new Manifest(
                new GenerationId(new ProcessId(7), number),
                new Epoch(1),
                Instant.EPOCH,
                new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", "cpu"),
                300,
                new StreamSizes(0, 0),
                false,
                List.of(entries),
                List.of(),
                List.of());
    }
}
