// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.IncomingGeneration;
import org.krg.checkpoint.codec.ArchiveHeadCodec;
import org.krg.checkpoint.codec.MalformedManifest;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.ManifestCheck;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Taken;
import org.krg.state.DiskFailed;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;

/// Reads an archive; see [ArchiveForm]. First what is signed, then the contents into a file of its
/// own, so that a slow sender holds up nothing; then each content is hashed while its chunks go
/// into a pack that nobody can find until [#keep].
final class Arriving implements IncomingGeneration {
    private final Parts parts;
    private final DigestInputStream digested;
    private final DataInputStream input;
    private final MessageDigest digest = ArchiveForm.digest();
    private final ArchiveHead head;
    private final Manifest manifest;
    private final long contentBytes;
    private Optional<WorkDirectory> work = Optional.empty();
    private Optional<Writing> writing = Optional.empty();

    /// What it works with.
    ///
    /// @param adopting keeps what came in
    record Parts(
            CheckpointConfig config,
            ChunkStore store,
            ArchiveSeal seal,
            Compression compression,
            Adopting adopting) {}

    /// @param authority see [ArchiveSeal#objection]
    Arriving(Parts parts, InputStream input, Optional<byte[]> authority) {
        this.parts = parts;
        this.digested = new DigestInputStream(input, digest);
        this.input = new DataInputStream(digested);
        var opening = opening();
        this.head = head(opening);
        var signature = new ArchiveSeal.Signature(opening.certificate(), opening.signature());
        var objection =
                parts.seal().objection(signature, opening.signed(), head.node().name(), authority);
        if (objection.isPresent()) {
            throw Failures.of(
                    Phase.IMPORT,
                    Code.NOT_TRUSTED,
                    "the archive is not to be believed: " + objection.get(),
                    "Only archives that a node of this cluster has written are taken in; root says"
                            + " with --authority which other cluster is believed");
        }
        this.manifest = manifest(opening.manifest());
        this.contentBytes = manifest.imageBytes();
        requireRoom();
    }

    @Override
    public ArchiveHead head() {
        return head;
    }

    @Override
    public Manifest manifest() {
        return manifest;
    }

    @Override
    public void receive() {
        try {
            var images = parts.config().images();
            var directory = WorkDirectory.create(images, "import-" + UUID.randomUUID());
            work = Optional.of(directory);
            var file = directory.files().resolve("contents");
            spool(file);
            var ending = takeEnding(file);
            store(file);
            if (!MessageDigest.isEqual(ending, digest.digest())) {
                throw ArchiveForm.corrupt("its digest is another one");
            }
        } catch (IOException failure) {
            throw Failures.of(Phase.IMPORT, failure);
        }
    }

    @Override
    public Taken keep(GenerationId id, int copies, List<NodeId> candidates) {
        var open = writing.orElseThrow();
        writing = Optional.empty();
        try {
            return parts.adopting().keep(open, head, manifest, id, copies, candidates);
        } catch (IOException failure) {
            throw Failures.of(Phase.IMPORT, failure);
        }
    }

    @Override
    public void close() {
        writing.ifPresent(Writing::close);
        writing = Optional.empty();
        work.ifPresent(WorkDirectory::close);
        work = Optional.empty();
    }

    private ArchiveForm.Opening opening() {
        try {
            return ArchiveForm.Opening.read(input);
        } catch (EOFException _) {
            throw ArchiveForm.corrupt("it ends before its contents");
        } catch (IOException failure) {
            throw broken(failure);
        }
    }

    private static ArchiveHead head(ArchiveForm.Opening opening) {
        try {
            return ArchiveHeadCodec.decode(opening.head());
        } catch (IllegalArgumentException malformed) {
            throw ArchiveForm.corrupt("its head makes no sense: " + malformed.getMessage());
        }
    }

    private static Manifest manifest(byte[] bytes) {
        try {
            var manifest = ManifestCodec.decode(bytes);
            var problem = ManifestCheck.problem(manifest);
            if (problem.isPresent()) {
                throw Failures.of(
                        Phase.IMPORT,
                        Code.HOSTILE,
                        "the archive asks for what is not done: " + problem.get(),
                        "Do not use it: no krg has written it");
            }
            return manifest;
        } catch (MalformedManifest malformed) {
            throw ArchiveForm.corrupt(String.valueOf(malformed.getMessage()));
        }
    }

    private void requireRoom() {
        try {
            var free = Files.getFileStore(parts.config().images()).getUsableSpace();
            if (contentBytes > free) {
                throw Failures.of(
                        Phase.IMPORT,
                        Code.DISK_FULL,
                        "it stands for %d MiB, and %d MiB are free in %s"
                                .formatted(contentBytes >> 20, free >> 20, parts.config().images()),
                        "Make room, or import it on another node");
            }
        } catch (IOException failure) {
            throw Failures.of(Phase.IMPORT, failure);
        }
    }

    private void spool(Path file) throws IOException {
        var most = parts.compression().mostBytes(contentBytes) + ArchiveForm.DIGEST_BYTES;
        var buffer = new byte[64 << 10];
        // Only the file can tell where the contents end and the digest begins.
        digested.on(false);
        try (var out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (var left = most; ; ) {
                var count = read(buffer);
                if (count < 0) {
                    return;
                }
                left -= count;
                if (left < 0) {
                    throw ArchiveForm.corrupt("it is longer than its contents can be");
                }
                out.write(buffer, 0, count);
            }
        }
    }

    private int read(byte[] buffer) {
        try {
            return input.read(buffer);
        } catch (IOException failure) {
            throw broken(failure);
        }
    }

    /// Takes the digest off the end of what came.
    private static byte[] takeEnding(Path file) throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var contents = channel.size() - ArchiveForm.DIGEST_BYTES;
            if (contents < 0) {
                throw ArchiveForm.corrupt("it ends within its contents");
            }
            var ending = ByteBuffer.allocate(ArchiveForm.DIGEST_BYTES);
            while (ending.hasRemaining()) {
                if (channel.read(ending, contents + ending.position()) < 0) {
                    throw new EOFException(file.toString());
                }
            }
            channel.truncate(contents);
            return ending.array();
        }
    }

    private void store(Path file) throws IOException {
        var open = parts.store().begin();
        writing = Optional.of(open);
        try (var raw = new DigestInputStream(Files.newInputStream(file), digest);
                var contents = parts.compression().expanded(raw)) {
            var writer = new TreeWriter(open);
            for (var entry : manifest.entries()) {
                var size = entry.content().sizeBytes();
                if (!writer.write(contents, size).equals(entry.content())) {
                    throw ArchiveForm.corrupt("the content of " + entry.name() + " is another one");
                }
            }
            if (contents.read() >= 0) {
                throw ArchiveForm.corrupt("there is more in it than its manifest says");
            }
            raw.transferTo(OutputStream.nullOutputStream());
        } catch (IOException failure) {
            throw damagedOr(failure);
        }
    }

    private static CheckpointFailed damagedOr(IOException failure) {
        return DiskFailed.faultOf(failure).isPresent()
                ? Failures.of(Phase.IMPORT, failure)
                : ArchiveForm.corrupt(String.valueOf(failure.getMessage()));
    }

    private static CheckpointFailed broken(IOException failure) {
        return Failures.of(
                Phase.IMPORT,
                Code.OTHER,
                "the archive did not arrive whole: " + failure.getMessage(),
                "Send it again");
    }
}
