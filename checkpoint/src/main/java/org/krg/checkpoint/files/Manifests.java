// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.CollectionPlan.Stored;
import org.krg.linux.DirectoryFd;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// The files with manifests. A generation that was begun twice has two, told apart by digest.
record Manifests(Path directory) {
    private static final Pattern NAME = Pattern.compile("(\\d+)\\.(\\d+)\\.([0-9a-f]{64})");

    /// A manifest is small, since it names trees and not chunks; more than this is none.
    private static final long MAX_BYTES = 64 << 20;

    /// A manifest file.
    record Named(GenerationId id, Sha256 digest, Path file) {}

    void prepare() throws IOException {
        Files.createDirectories(directory);
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
            var bytes = Files.readAllBytes(file);
            return ManifestCodec.digest(bytes).equals(digest)
                    ? Optional.of(bytes)
                    : Optional.empty();
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    /// Writes a manifest.
    ///
    /// @return the file, which is not durable yet
    Path write(GenerationId id, Sha256 digest, byte[] manifest) throws IOException {
        var file = file(id, digest);
        var unfinished = directory.resolve(file.getFileName() + ".new");
        try {
            Files.write(unfinished, manifest);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        return file;
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

    List<Stored> stored() throws IOException {
        var stored = new ArrayList<Stored>();
        for (var named : all()) {
            stored.add(new Stored(named.id(), Files.getLastModifiedTime(named.file()).toInstant()));
        }
        return stored;
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
