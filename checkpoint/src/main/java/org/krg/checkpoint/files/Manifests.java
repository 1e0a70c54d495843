// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.files.FileSeal.Kind;
import org.krg.linux.DirectoryFd;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// The files with manifests. A generation that was begun twice has two, told apart by digest. One
/// that is not durable yet has a name that [#removeUnfinished] knows. One that is encrypted begins
/// as [FileSeal] says; its lasting name is bound to it.
record Manifests(Path directory, StoreKeys keys) {
    private static final String UNFINISHED = ".new";

    private static final Pattern NAME =
            Pattern.compile(
                    "(\\d+)\\.(\\d+)\\.([0-9a-f]{64})(?:" + Pattern.quote(UNFINISHED) + ")?");

    /// A manifest is small, since it names trees and not chunks; more than this is none.
    private static final long MAX_BYTES = 64 << 20;

    /// A manifest file.
    record Named(GenerationId id, Sha256 digest, Path file) {}

    /// Removes what was not durable when an earlier agent ended.
    void removeUnfinished() throws IOException {
        try (var unfinished = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
            for (var file : unfinished) {
                Files.delete(file);
            }
        }
    }

    boolean has(GenerationId id, Sha256 digest) {
        return files(id, digest).stream().anyMatch(Files::exists);
    }

    Optional<byte[]> find(GenerationId id, Sha256 digest) throws IOException {
        for (var file : files(id, digest)) {
            var found = find(file, digest);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<byte[]> find(Path file, Sha256 digest) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return content(file).filter(bytes -> ManifestCodec.digest(bytes).equals(digest));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    /// Writes a manifest, which is not durable yet.
    ///
    /// @return the file that it is in when [#settle] was called
    Path write(GenerationId id, Sha256 digest, byte[] manifest) throws IOException {
        var file = file(id, digest);
        write(unfinished(file), manifest, _ -> {});
        return file;
    }

    /// @param disk asked for what is written before it takes the place of what was there
    private void write(Path file, byte[] manifest, Disk disk) throws IOException {
        var written = directory.resolve(file.getFileName() + ".written" + UNFINISHED);
        try {
            Files.write(written, stored(file, manifest));
            disk.force(written);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /// {@return where a manifest lies until [#settle]}
    static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    /// Gives manifests that the disk has their lasting names, durably.
    void settle(List<Path> files) throws IOException {
        for (var file : files) {
            try {
                Files.move(unfinished(file), file, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException removed) {
                // Nobody needs it any more.
            }
        }
        DirectoryFd.sync(directory);
    }

    /// Removes a manifest, whether it is durable or not; not durably.
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(unfinished(file));
        Files.deleteIfExists(file);
    }

    /// {@return what is in a file; empty if it does not open}
    private Optional<byte[]> content(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        var all = ByteBuffer.wrap(bytes);
        if (!FileSeal.isSealed(Kind.MANIFEST, all)) {
            return Optional.of(bytes);
        }
        return FileSeal.read(Kind.MANIFEST, all, keys, file)
                .flatMap(seal -> seal.open(0, 0, name(file), all.position(FileSeal.HEAD_BYTES)))
                .map(ByteBuffer::array);
    }

    private byte[] stored(Path file, byte[] manifest) {
        var key = keys.sealing();
        if (key.isEmpty()) {
            return manifest;
        }
        var seal = FileSeal.make(Kind.MANIFEST, key.get());
        var sealed = seal.seal(0, 0, name(file), ByteBuffer.wrap(manifest));
        return ByteBuffer.allocate(FileSeal.HEAD_BYTES + sealed.length)
                .put(seal.head())
                .put(sealed)
                .array();
    }

    /// {@return the lasting name}
    private static byte[] name(Path file) {
        var name = file.getFileName().toString();
        var lasting =
                name.endsWith(UNFINISHED)
                        ? name.substring(0, name.length() - UNFINISHED.length())
                        : name;
        return lasting.getBytes(StandardCharsets.US_ASCII);
    }

    /// Fails if one of them is encrypted with a key that is not here.
    void requireKeys() throws IOException {
        for (var named : all()) {
            if (!named.file().toString().endsWith(UNFINISHED)) {
                var _ = seal(named);
            }
        }
    }

    /// Writes those anew that are not encrypted as new ones are, durably.
    void renew(Disk disk) throws IOException {
        var outdated = outdated();
        for (var named : outdated) {
            var bytes = find(named.file(), named.digest());
            if (bytes.isPresent()) {
                var written = Files.getLastModifiedTime(named.file());
                write(named.file(), bytes.get(), disk);
                Files.setLastModifiedTime(named.file(), written);
            }
        }
        if (!outdated.isEmpty()) {
            DirectoryFd.sync(directory);
        }
    }

    /// {@return bytes of those that are not encrypted as new ones are}
    long outdatedBytes() throws IOException {
        var bytes = 0L;
        for (var named : outdated()) {
            bytes += named.file().toFile().length();
        }
        return bytes;
    }

    private List<Named> outdated() throws IOException {
        var present = keys.sealing().map(StoreKey::id);
        var outdated = new ArrayList<Named>();
        for (var named : all()) {
            if (!seal(named).map(FileSeal::keyId).equals(present)) {
                outdated.add(named);
            }
        }
        return outdated;
    }

    /// {@return how a file is encrypted; empty if it is not, is damaged or gone}
    private Optional<FileSeal> seal(Named named) throws IOException {
        try (var file = Files.newInputStream(named.file())) {
            var start = ByteBuffer.wrap(file.readNBytes(FileSeal.HEAD_BYTES));
            return FileSeal.isSealed(Kind.MANIFEST, start)
                    ? FileSeal.read(Kind.MANIFEST, start, keys, named.file())
                    : Optional.empty();
        } catch (NoSuchFileException removed) {
            return Optional.empty();
        }
    }

    /// {@return all that are there; one may be there twice} To be called by who keeps others from
    /// [#settle] meanwhile: a file that is renamed may not be seen.
    List<Named> all() throws IOException {
        var found = new ArrayList<Named>();
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    var process = new ProcessId(Long.parseLong(name.group(1)));
                    var id = new GenerationId(process, Long.parseLong(name.group(2)));
                    found.add(new Named(id, new Sha256(name.group(3)), file));
                }
            }
        }
        found.sort(Comparator.comparing(Named::id));
        return found;
    }

    /// Removes a manifest, durably.
    ///
    /// @return the file that it was in, or was to be in
    Path remove(GenerationId id, Sha256 digest) throws IOException {
        var file = file(id, digest);
        delete(file);
        DirectoryFd.sync(directory);
        return file;
    }

    /// {@return where a manifest may be} In this order: it is renamed while it is looked for.
    private List<Path> files(GenerationId id, Sha256 digest) {
        var file = file(id, digest);
        return List.of(unfinished(file), file);
    }

    private Path file(GenerationId id, Sha256 digest) {
        return directory.resolve(id + "." + digest);
    }
}
