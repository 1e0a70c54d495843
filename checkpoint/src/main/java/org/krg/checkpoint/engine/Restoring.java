// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.core.OwnDirectoryPlan;
import org.krg.checkpoint.core.PutBack;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.DirectoryContents.Link;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The steps of a restore that write files. Used once, by one thread.
final class Restoring {
    private static final Logger log = LoggerFactory.getLogger(Restoring.class);

    private final Manifest manifest;
    private final RepairingSource source;
    private final CellFiles files;

    Restoring(Manifest manifest, RepairingSource source, CellFiles files) {
        this.manifest = manifest;
        this.source = source;
        this.files = files;
    }

    /// Writes the output so far, durably: it will be appended to.
    void writeStreams(Path stdout, Path stderr) throws IOException {
        write(require(Kind.STDOUT), stdout);
        write(require(Kind.STDERR), stderr);
    }

    void writeImages(Path directory) throws IOException {
        try (var writing = new ImageWriting(source, directory)) {
            writing.write(Optional.empty(), manifest);
        }
    }

    /// {@return the file of an image in a directory} A name out of a manifest must not lead
    /// elsewhere.
    static Path image(Path directory, Entry entry) {
        return directory.resolve(Path.of(entry.name()).getFileName().toString());
    }

    /// {@return an image or where a link leads to, whole}
    byte[] read(Entry entry) throws IOException {
        try (var content = content(entry)) {
            return content.readAllBytes();
        }
    }

    /// {@return how many files, directories and links were not what they were}
    ///
    /// @param left paths of files that are left as they are
    /// @param taken paths of files that take the place of others: they stay, too
    int putBack(CellView cell, Set<String> left, List<String> taken) throws IOException {
        var own = cell.ownDirectory();
        var present = own.isPresent() ? files.contents(cell, own.get()) : DirectoryContents.NONE;
        var plan = OwnDirectoryPlan.of(manifest.entries(), present, taken);
        var changed = clear(cell, plan);
        for (var entry : manifest.entries()) {
            var differed =
                    switch (entry.kind()) {
                        case FILE, APPENDED -> !left.contains(entry.name()) && putBack(cell, entry);
                        case LINK -> link(cell, entry, present.links());
                        case DIRECTORY, IMAGE, STDOUT, STDERR -> false;
                    };
            changed += differed ? 1 : 0;
        }
        for (var directory : plan.opened()) {
            files.setMode(cell, directory);
        }
        return changed;
    }

    private int clear(CellView cell, OwnDirectoryPlan plan) throws IOException {
        if (!plan.removed().isEmpty()) {
            files.remove(cell, plan.removed());
            log.info(
                    "files removed process={} count={} first={}",
                    cell.process(),
                    plan.removed().size(),
                    plan.removed().getFirst());
        }
        for (var directory : plan.made()) {
            files.makeDirectory(cell, directory);
        }
        return plan.removed().size() + plan.made().size();
    }

    private boolean link(CellView cell, Entry entry, List<Link> present) throws IOException {
        var target = new String(read(entry), StandardCharsets.UTF_8);
        var isThere =
                present.stream()
                        .anyMatch(
                                it -> it.path().equals(entry.name()) && it.target().equals(target));
        if (!isThere) {
            files.link(cell, entry, target);
        }
        return !isThere;
    }

    private boolean putBack(CellView cell, Entry entry) throws IOException {
        var plan = PutBack.REWRITE;
        var sameMode = false;
        var present = files.open(cell, entry.name());
        if (present.isPresent()) {
            try (var file = present.get()) {
                sameMode = file.mode() == entry.mode();
                plan =
                        PutBack.plan(
                                entry.content().sizeBytes(),
                                file.sizeBytes(),
                                file.sizeBytes() >= entry.content().sizeBytes()
                                        && beginsWith(file.content(), entry));
            }
        }
        perform(cell, entry, plan);
        if (!sameMode) {
            files.setMode(cell, entry);
        }
        return plan != PutBack.NOTHING || !sameMode;
    }

    private void perform(CellView cell, Entry entry, PutBack plan) throws IOException {
        switch (plan) {
            case NOTHING -> {}
            case CUT -> files.cut(cell, entry);
            case REWRITE -> {
                try (var content = content(entry)) {
                    files.write(cell, entry, content);
                }
            }
        }
        if (plan != PutBack.NOTHING) {
            log.info("file put back process={} file={} by={}", cell.process(), entry.name(), plan);
        }
    }

    // By hashes: what is the same is not read from the store.
    private boolean beginsWith(InputStream present, Entry entry) throws IOException {
        var recorded = new TreeStream(entry.content(), source);
        var input = new BufferedInputStream(present, 16 * HashTree.CHUNK_BYTES);
        for (var left = entry.content().sizeBytes(); left > 0; left -= HashTree.CHUNK_BYTES) {
            var chunk = input.readNBytes((int) Math.min(left, HashTree.CHUNK_BYTES));
            if (!recorded.skipChunk().equals(Optional.of(ChunkHash.of(chunk)))) {
                return false;
            }
        }
        return true;
    }

    private void write(Entry entry, Path file) throws IOException {
        try (var channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                var content = content(entry)) {
            content.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
        }
    }

    private Entry require(Kind kind) throws IOException {
        return manifest.entries().stream()
                .filter(entry -> entry.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new IOException("the manifest has no " + kind));
    }

    private InputStream content(Entry entry) {
        return new TreeStream(entry.content(), source);
    }

    /// Reads every byte.
    ///
    /// @return how many chunks there are
    long readAll() throws IOException {
        var buffer = new byte[HashTree.CHUNK_BYTES];
        var chunks = 0L;
        for (var entry : manifest.entries()) {
            try (var content = content(entry)) {
                while (content.read(buffer) >= 0) {
                    chunks++;
                }
            }
        }
        return chunks;
    }
}
