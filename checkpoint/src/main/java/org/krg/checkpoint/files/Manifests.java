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
/// that is encrypted begins as [FileSeal] says; its name is bound to it.
record Manifests(Path directory, StoreKeys keys) {
    private static final Pattern NAME = Pattern.compile("(\\d+)\\.(\\d+)\\.([0-9a-f]{64})");

    /// A manifest is small, since it names trees and not chunks; more than this is none.
    private static final long MAX_BYTES = 64 << 20;

    /// A manifest file.
    record Named(GenerationId id, Sha256 digest, Path file) {}

    void removeUnfinished() throws IOException {
        try (var unfinished = Files.newDirectoryStream(directory, "*.new")) {
            for (var file : unfinished) {
                Files.delete(file);
            }
        }
    }

    boolean has(GenerationId id, Sha256 digest) {
        return Files.exists(file(id, digest));
    }

    Optional<byte[]> find(GenerationId id, Sha256 digest) throws IOException {
        try {
            var file = file(id, digest);
            if (Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return content(file).filter(bytes -> ManifestCodec.digest(bytes).equals(digest));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    /// Writes a manifest.
    ///
    /// @return the file, which is not durable yet
    Path write(GenerationId id, Sha256 digest, byte[] manifest) throws IOException {
        return write(id, digest, manifest, _ -> {});
    }

    /// @param disk asked for what is written before it takes the place of what was there
    private Path write(GenerationId id, Sha256 digest, byte[] manifest, Disk disk)
            throws IOException {
        var file = file(id, digest);
        var unfinished = directory.resolve(file.getFileName() + ".new");
        try {
            Files.write(unfinished, stored(file, manifest));
            disk.force(unfinished);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        return file;
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

    private static byte[] name(Path file) {
        return file.getFileName().toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// Fails if one of them is encrypted with a key that is not here.
    void requireKeys() throws IOException {
        for (var named : all()) {
            var _ = seal(named);
        }
    }

    /// Writes those anew that are not encrypted as new ones are, durably.
    void renew(Disk disk) throws IOException {
        var outdated = outdated();
        for (var named : outdated) {
            var bytes = find(named.id(), named.digest());
            if (bytes.isPresent()) {
                var written = Files.getLastModifiedTime(named.file());
                write(named.id(), named.digest(), bytes.get(), disk);
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

    List<GenerationId> stored() throws IOException {
        return all().stream().map(Named::id).toList();
    }

    void remove(GenerationId id) throws IOException {
        for (var named : all()) {
            if (named.id().equals(id)) {
                Files.deleteIfExists(named.file());
            }
        }
        DirectoryFd.sync(directory);
    }

    private Path file(GenerationId id, Sha256 digest) {
        return directory.resolve(id + "." + digest);
    }
}
