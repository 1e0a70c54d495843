// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.CpuSet;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Need;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.Manifest.Task;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.checkpoint.proto.ManifestMessage;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;

final class ManifestCodecTest {
    private static final Manifest MANIFEST =
            new Manifest(
                    new GenerationId(new ProcessId(7), 3),
                    new Epoch(2),
                    Instant.parse("2026-01-02T03:04:05.678Z"),
                    new Origin(Engine.CRIU, "4.2.1", "6.18.0", "x86_64", "EPYC 0123456789abcdef"),
                    300,
                    new StreamSizes(1234, 5),
                    true,
                    List.of(
                            entry(Kind.IMAGE, "pages-1.img", 1 << 20),
                            entry(Kind.STDOUT, "stdout", 1234),
                            entry(Kind.STDERR, "stderr", 5),
                            entry(Kind.FILE, "/home/u/data", 0),
                            entry(Kind.APPENDED, "/home/u/log", 77)),
                    List.of(
                            new Need(
                                    "/usr/bin/python3",
                                    6_000_000,
                                    Instant.parse("2025-01-01T00:00:00Z"),
                                    true)),
                    List.of(new Task(300, 1, "python3", 5, 10 << 20, List.of())));

    @Test
    void aManifestComesBackAsItWas() {
        assertThat(ManifestCodec.decode(ManifestCodec.encode(MANIFEST))).isEqualTo(MANIFEST);
    }

    @Test
    void theBytesAreThoseOfTheGoldenFile() throws IOException {
        var golden = HexFormat.of().parseHex(read("manifest-1.hex"));
        assertThat(ManifestCodec.encode(MANIFEST)).isEqualTo(golden);
        assertThat(ManifestCodec.decode(golden)).isEqualTo(MANIFEST);
        assertThat(ManifestCodec.digest(golden).hex()).isEqualTo(read("manifest-1.sha256"));
    }

    @Test
    void threadsThatArePinnedComeBackAsTheyWere() throws IOException {
        var pinned =
                List.of(
                        new PinnedThread(300, new CpuSet(List.of(0))),
                        new PinnedThread(302, new CpuSet(List.of(1, 2, 3, 130))));
        var manifest = with(new Task(300, 1, "python3", 5, 10 << 20, pinned));
        var golden = HexFormat.of().parseHex(read("manifest-1-pinned.hex"));

        assertThat(ManifestCodec.encode(manifest)).isEqualTo(golden);
        assertThat(ManifestCodec.decode(golden)).isEqualTo(manifest);
    }

    @Test
    void directoriesAndLinksComeBackAsTheyWere() throws IOException {
        var manifest =
                with(
                        List.of(
                                entry(Kind.DIRECTORY, "/home/u/runs", 0),
                                entry(Kind.LINK, "/home/u/latest", 6)),
                        MANIFEST.tasks());
        var golden = HexFormat.of().parseHex(read("manifest-1-own-directory.hex"));

        assertThat(ManifestCodec.encode(manifest)).isEqualTo(golden);
        assertThat(ManifestCodec.decode(golden)).isEqualTo(manifest);
    }

    @Test
    void moreProcessorsThanThereCanBeAreRefused() {
        var pinned = new PinnedThread(300, new CpuSet(List.of(8_192)));
        var bytes = ManifestCodec.encode(with(new Task(300, 1, "a.out", 1, 0, List.of(pinned))));

        assertThatThrownBy(() -> ManifestCodec.decode(bytes))
                .isInstanceOf(MalformedManifest.class)
                .hasMessageContaining("thread 300");
    }

    private static Manifest with(Task task) {
        return with(MANIFEST.entries(), List.of(task));
    }

    private static Manifest with(List<Entry> entries, List<Task> tasks) {
        return new Manifest(
                MANIFEST.id(),
                MANIFEST.epoch(),
                MANIFEST.taken(),
                MANIFEST.origin(),
                MANIFEST.rootPid(),
                MANIFEST.streams(),
                MANIFEST.inputEnded(),
                entries,
                MANIFEST.needs(),
                tasks);
    }

    @Test
    void aFormatOfTheFutureIsRefused() {
        var bytes =
                ManifestMessage.newBuilder()
                        .setFormat(ManifestCodec.FORMAT + 1)
                        .build()
                        .toByteArray();
        assertThatThrownBy(() -> ManifestCodec.decode(bytes))
                .isInstanceOf(MalformedManifest.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void damagedBytesAreAManifestOrRefusedAndNothingElse() {
        var random = new Random(1);
        var bytes = ManifestCodec.encode(MANIFEST);
        for (var round = 0; round < 20_000; round++) {
            var damaged = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(ManifestCodec.decode(damaged)).isNotNull();
            } catch (MalformedManifest refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        }
    }

    private static Entry entry(Kind kind, String name, long sizeBytes) {
        var root = ChunkHash.of(name.getBytes(StandardCharsets.UTF_8));
        return new Entry(kind, name, 0640, 1000, 100, new Content(sizeBytes, root));
    }

    private static String read(String resource) throws IOException {
        try (InputStream input =
                Objects.requireNonNull(
                        ManifestCodecTest.class.getResourceAsStream("/" + resource), resource)) {
            return new String(input.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }
}
