// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.codec.ArchiveHeadCodec;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.fixture.NoCopies;
import org.krg.checkpoint.fixture.TestSeal;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.checkpoint.zstd.ZstdStreams;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.testkit.Samples;

/// Archives that were damaged, put together, or made by somebody who means harm: each is refused
/// with what is wrong with it, and afterwards the machine is as it was.
final class HostileArchiveTest {
    private static final long SEED = Long.getLong("krg.seed", 42);
    private static final NodeId SELF = new NodeId("n1");
    private static final GenerationId ARRIVED = new GenerationId(new ProcessId(77), 1);

    @TempDir private Path directory;
    private final TestSeal seal = new TestSeal();
    private final Random random = new Random(SEED);
    private FileChunkStore store;
    private Checkpoints checkpoints;
    private Map<String, byte[]> contents = new TreeMap<>();
    private Generation generation;
    private byte[] archive;

    @BeforeEach
    void export() throws IOException {
        store = FileChunkStore.open(directory.resolve("from"), 1);
        var from = node(directory.resolve("from"), store);
        contents =
                new TreeMap<>(Map.of("core-300.img", bytes(5_000), "pages-1.img", bytes(90_000)));
        generation = save(contents);
        archive = export(from, generation);
        // Where it comes in there is nothing of it yet.
        var images = directory.resolve("images");
        checkpoints = node(images, FileChunkStore.open(images, 1));
    }

    @Test
    void whatWasExportedComesInWholeAndWithNumbersOfItsNewProcess() {
        var before = manifest(archive);
        try (var incoming = checkpoints.open(new ByteArrayInputStream(archive), Optional.empty())) {
            assertThat(incoming.head()).isEqualTo(head());
            incoming.receive();
            assertThat(checkpoints.stored()).isEmpty();
            var taken = incoming.keep(ARRIVED, 1, List.of());

            assertThat(taken.generation().epoch()).isEqualTo(Epoch.ZERO);
            var inside = checkpoints.inspect(taken.generation()).manifest();
            assertThat(inside.id()).isEqualTo(ARRIVED);
            assertThat(inside.entries()).isEqualTo(before.entries());
            assertThat(checkpoints.verify(taken.generation()).repaired()).isZero();
        }
        assertThat(directory.resolve("images/tmp")).isEmptyDirectory();
    }

    @Test
    void whatEndsEarlyIsRefusedWhereverItEnds() throws IOException {
        for (var run = 0; run < 100; run++) {
            var length = run < 20 ? run : random.nextInt(archive.length);
            refused(Arrays.copyOf(archive, length), "seed %d, cut at %d".formatted(SEED, length));
        }
    }

    @Test
    void aSingleFlippedBitIsNoticedWhereverItIs() throws IOException {
        for (var run = 0; run < 120; run++) {
            var flipped = archive.clone();
            var place = run < 60 ? random.nextInt(1_500) : random.nextInt(archive.length);
            flipped[place] ^= (byte) (1 << random.nextInt(8));
            refused(flipped, "seed %d, byte %d".formatted(SEED, place));
        }
    }

    @Test
    void whatFollowsTheEndIsRefused() throws IOException {
        refused(append(archive, bytes(40)), "more bytes", Code.CORRUPT);
        refused(append(archive, archive), "twice", Code.CORRUPT);
    }

    @Test
    void contentsOfAnotherArchiveAreNotTaken() throws IOException {
        var other = new TreeMap<String, byte[]>();
        contents.forEach((name, content) -> other.put(name, bytes(content.length)));
        var swapped = build(manifest(archive), raw(streams(other)), seal);

        var said = refused(swapped, "swapped", Code.CORRUPT);

        assertThat(said).contains("core-300.img is another one");
    }

    @Test
    void theManifestOfAnotherArchiveIsNotWhatWasSigned() throws IOException {
        var opening = opening(archive);
        var changed = with(manifest(archive), entry -> renamed(entry, "x" + entry.name()));
        var mixed =
                new ArchiveForm.Opening(
                        opening.head(),
                        opening.certificate(),
                        opening.signature(),
                        ManifestCodec.encode(changed));

        refused(whole(mixed, raw(streams(contents))), "mixed", Code.NOT_TRUSTED);
    }

    @Test
    void anotherClustersArchiveIsNotBelieved() throws IOException {
        var foreign = build(manifest(archive), raw(streams(contents)), new TestSeal());
        assertThat(refused(foreign, "foreign", Code.NOT_TRUSTED)).contains("another cluster's");
    }

    @Test
    void anUnknownFormIsSaid() throws IOException {
        var future = archive.clone();
        future[11] = 2;
        assertThat(refused(future, "form", Code.UNKNOWN_FORM)).contains("form 2");
    }

    @Test
    void whatIsNoArchiveIsABadRequestAndNotDamage() throws IOException {
        for (var file : new String[] {"", "krg", "#!/bin/sh\n", "x".repeat(100_000)}) {
            var bytes = file.getBytes(StandardCharsets.UTF_8);
            assertThat(refused(bytes, "no archive", Code.UNKNOWN_FORM))
                    .contains("no archive of a checkpoint", "begins with krg-ckpt");
        }
    }

    /// From here on the archives are signed: a node has gone bad, or its key is in other hands.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "/etc/passwd",
                "a/b.img",
                "..",
                ".",
                "",
                ".hidden",
                "a\0b",
                "a\nb",
                "-rf"
            })
    void anImageHasAPlainName(String name) throws IOException {
        refused(named(Kind.IMAGE, name), name, Code.HOSTILE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "relative",
                "/a/../../etc/shadow",
                "/a/./b",
                "//a",
                "/a//b",
                "/a/",
                "/",
                "/a\0b",
                "/proc/sysrq-trigger",
                "/sys/power/state",
                "/.."
            })
    void aFileHasAWholePathAndIsNotTheKernels(String path) throws IOException {
        refused(named(Kind.FILE, path), path, Code.HOSTILE);
        refused(named(Kind.APPENDED, path), path, Code.HOSTILE);
        refused(named(Kind.DIRECTORY, path), path, Code.HOSTILE);
        refused(named(Kind.LINK, path), path, Code.HOSTILE);
    }

    @ParameterizedTest
    @ValueSource(ints = {04755, 02755, 01777, 020644, 0120777, 060600, -1})
    void setUidLinksAndDevicesDoNotComeIn(int mode) throws IOException {
        var hostile =
                with(
                        manifest(archive),
                        it ->
                                new Entry(
                                        it.kind(),
                                        it.name(),
                                        it.kind() == Kind.IMAGE ? mode : it.mode(),
                                        it.uid(),
                                        it.gid(),
                                        it.content()));
        refused(build(hostile, raw(streams(contents)), seal), "mode", Code.HOSTILE);
    }

    @Test
    void anEntryIsThereOnce() throws IOException {
        var manifest = manifest(archive);
        var twice = new ArrayList<>(manifest.entries());
        twice.add(twice.getFirst());
        refused(build(withEntries(manifest, twice), new byte[0], seal), "twice", Code.HOSTILE);
    }

    @Test
    void outputIsThereOnceAndAsLongAsIsSaid() throws IOException {
        var manifest = manifest(archive);
        var none = manifest.entries().stream().filter(it -> it.kind() != Kind.STDERR).toList();
        refused(build(withEntries(manifest, none), new byte[0], seal), "none", Code.HOSTILE);
    }

    @Test
    void whatNoDiskHoldsIsRefusedBeforeItsContentsAreRead() throws IOException {
        for (var size : new long[] {1L << 50, 1L << 62}) {
            var huge =
                    with(
                            manifest(archive),
                            it ->
                                    it.kind() == Kind.IMAGE
                                            ? sized(it, it.name().startsWith("core") ? size : 1)
                                            : it);
            refused(build(huge, new byte[0], seal), "huge", Code.DISK_FULL);
        }
        var overflow = with(manifest(archive), it -> sized(it, Long.MAX_VALUE));
        refused(build(overflow, new byte[0], seal), "overflow", Code.HOSTILE);
    }

    @Test
    void aLengthThatNothingFollowsTakesNoMemory() throws IOException {
        for (var length : new int[] {-1, Integer.MAX_VALUE, 64 << 20}) {
            var bytes = ByteBuffer.allocate(40).put("krg-ckpt".getBytes(StandardCharsets.UTF_8));
            bytes.putInt(1).putInt(length);
            refused(bytes.array(), "length " + length, Code.CORRUPT);
        }
    }

    @Test
    void aBombIsNotBlownUp() throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (var zeros = new ZstdOutputStream(bomb, 1)) {
            zeros.write(new byte[64 << 20]);
        }
        var bytes = build(manifest(archive), bomb.toByteArray(), seal);
        refused(bytes, "bomb", Code.CORRUPT);

        var after = raw(streams(contents));
        var tail = build(manifest(archive), append(after, bomb.toByteArray()), seal);
        assertThat(refused(tail, "bomb behind", Code.CORRUPT)).contains("more in it");
    }

    @Test
    void aFrameThatWantsMuchMemoryIsRefused() throws IOException {
        var wide = new ByteArrayOutputStream();
        try (var frame = new ZstdOutputStream(wide, 1).setLong(27)) {
            frame.write(streams(contents));
            frame.flush();
        }
        refused(build(manifest(archive), wide.toByteArray(), seal), "window", Code.CORRUPT);
    }

    @Test
    void moreThanCanBelongToItIsNotEvenKeptForAMoment() throws IOException {
        var padded = build(manifest(archive), bytes(1 << 20), seal);
        assertThat(refused(padded, "padded", Code.CORRUPT)).contains("longer than");
    }

    private byte[] named(Kind kind, String name) throws IOException {
        var hostile =
                with(
                        manifest(archive),
                        it ->
                                it.name().startsWith("core")
                                        ? new Entry(kind, name, 0600, 0, 0, it.content())
                                        : it);
        return build(hostile, raw(streams(contents)), seal);
    }

    private void refused(byte[] bytes, String what) throws IOException {
        refused(bytes, what, Optional.empty());
    }

    private String refused(byte[] bytes, String what, Code code) throws IOException {
        return refused(bytes, what, Optional.of(code));
    }

    private String refused(byte[] bytes, String what, Optional<Code> code) throws IOException {
        var before = listing();
        var failure =
                catchThrowableOfType(
                        CheckpointFailed.class,
                        () -> {
                            try (var incoming =
                                    checkpoints.open(
                                            new ByteArrayInputStream(bytes), Optional.empty())) {
                                incoming.receive();
                            }
                        });
        assertThat(failure).as(what).isNotNull();
        code.ifPresent(it -> assertThat(failure.failure().code()).as(what).isEqualTo(it));
        assertThat(failure.failure().code())
                .as("%s: %s", what, failure)
                .isNotIn(Code.OTHER, Code.IO);
        assertThat(failure.failure().remedy()).as(what).isNotEmpty();
        assertThat(listing()).as(what).isEqualTo(before);
        return failure.failure().cause();
    }

    /// {@return everything below the test's directory, with its bytes}
    private Map<String, String> listing() throws IOException {
        var found = new TreeMap<String, String>();
        try (var all = Files.walk(directory)) {
            for (var path : all.toList()) {
                if (!path.endsWith("tmp")) {
                    found.put(
                            path.toString(),
                            Files.isRegularFile(path)
                                    ? ChunkHash.of(Files.readAllBytes(path)).toString()
                                    : "");
                }
            }
        }
        return found;
    }

    private Checkpoints node(Path images, FileChunkStore chunks) {
        var parts =
                new CheckpointEngine.Parts(
                        chunks,
                        new ProcCellFiles(),
                        new NoCopies("there is no other node"),
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

    private Generation save(Map<String, byte[]> images) throws IOException {
        try (var writing = store.begin()) {
            var writer = new TreeWriter(writing);
            var entries = new ArrayList<Entry>();
            for (var image : images.entrySet()) {
                var in = new ByteArrayInputStream(image.getValue());
                var content = writer.write(in, image.getValue().length);
                entries.add(new Entry(Kind.IMAGE, image.getKey(), 0600, 0, 0, content));
            }
            for (var kind : List.of(Kind.STDOUT, Kind.STDERR)) {
                var content = writer.write(new ByteArrayInputStream(new byte[0]), 0);
                entries.add(new Entry(kind, "", 0600, 0, 0, content));
            }
            var id = new GenerationId(new ProcessId(7), 3);
            var manifest =
                    new Manifest(
                            id,
                            new Epoch(2),
                            Instant.EPOCH,
                            new Origin(Engine.CRIU, "4.2", "6.18", "x86_64", ""),
                            300,
                            new StreamSizes(0, 0),
                            true,
                            entries,
                            List.of(),
                            List.of());
            var bytes = ManifestCodec.encode(manifest);
            writing.commit(id, ManifestCodec.digest(bytes), bytes);
            return new Generation(
                    id,
                    new Epoch(2),
                    ManifestCodec.digest(bytes),
                    List.of(SELF),
                    manifest.imageBytes(),
                    1,
                    Duration.ofMillis(5),
                    Instant.EPOCH,
                    0,
                    false);
        }
    }

    private static byte[] export(Checkpoints from, Generation generation) {
        var bytes = new ByteArrayOutputStream();
        from.export(generation, head(), bytes);
        return bytes.toByteArray();
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

    private static ArchiveForm.Opening opening(byte[] archive) {
        try {
            return ArchiveForm.Opening.read(new DataInputStream(new ByteArrayInputStream(archive)));
        } catch (IOException torn) {
            throw new AssertionError(torn);
        }
    }

    private static Manifest manifest(byte[] archive) {
        return ManifestCodec.decode(opening(archive).manifest());
    }

    private static byte[] build(Manifest manifest, byte[] frame, TestSeal signing)
            throws IOException {
        var head = ArchiveHeadCodec.encode(head());
        var bytes = ManifestCodec.encode(manifest);
        var signature = signing.sign(ArchiveForm.signed(head, bytes));
        return whole(
                new ArchiveForm.Opening(head, signature.certificate(), signature.bytes(), bytes),
                frame);
    }

    private static byte[] whole(ArchiveForm.Opening opening, byte[] frame) throws IOException {
        var bytes = new ByteArrayOutputStream();
        opening.write(new DataOutputStream(bytes));
        bytes.write(frame);
        var digest = ArchiveForm.digest().digest(bytes.toByteArray());
        return append(bytes.toByteArray(), digest);
    }

    private static byte[] raw(byte[] content) throws IOException {
        var frame = new ByteArrayOutputStream();
        try (var out = new ZstdStreams(1).compressed(frame)) {
            out.write(content);
        }
        return frame.toByteArray();
    }

    private static byte[] streams(Map<String, byte[]> images) {
        var all = new ByteArrayOutputStream();
        images.values().forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] append(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static Manifest with(Manifest it, UnaryOperator<Entry> change) {
        return withEntries(it, it.entries().stream().map(change).toList());
    }

    private static Manifest withEntries(Manifest it, List<Entry> entries) {
        return new Manifest(
                it.id(),
                it.epoch(),
                it.taken(),
                it.origin(),
                it.rootPid(),
                it.streams(),
                it.inputEnded(),
                entries,
                it.needs(),
                it.tasks());
    }

    private static Entry renamed(Entry it, String name) {
        return new Entry(it.kind(), name, it.mode(), it.uid(), it.gid(), it.content());
    }

    private static Entry sized(Entry it, long size) {
        var content = new Content(size, it.content().root());
        return new Entry(it.kind(), it.name(), it.mode(), it.uid(), it.gid(), content);
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
