// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.Baselines.Baseline;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes images for CRIU before they are asked for: where there are those of an earlier generation
/// of the program, only the chunks that differ. Every chunk that is written was verified. Safe for
/// use by several threads.
public final class Staging {
    private static final Logger log = LoggerFactory.getLogger(Staging.class);
    private static final Content NOTHING = new Content(0, new ChunkHash(0, 0, 0, 0));

    private final ChunkStore store;
    private final Baselines baselines;

    public Staging(ChunkStore store, Baselines baselines) {
        this.store = store;
        this.baselines = baselines;
    }

    /// Writes the images of a generation that is whole in the store. If it cannot, the restore will
    /// do it in its own time.
    public void stage(Manifest manifest, Sha256 digest) {
        var process = manifest.id().process();
        var before = baselines.take(process);
        try {
            var work = before.isPresent() ? before.get().work() : baselines.create(process);
            try {
                var writtenChunks = write(before, manifest, work.images());
                baselines.put(new Baseline(manifest, digest, work));
                log.info(
                        "images written ahead generation={} chunks={}",
                        manifest.id(),
                        writtenChunks);
            } catch (IOException failure) {
                work.close();
                throw failure;
            }
        } catch (IOException failure) {
            log.warn(
                    "images are not written ahead generation={} reason={}",
                    manifest.id(),
                    failure.getMessage());
        }
    }

    private long write(Optional<Baseline> before, Manifest manifest, Path directory)
            throws IOException {
        var old = new TreeMap<String, Content>();
        before.ifPresent(it ->
                images(it.manifest()).forEach(entry -> old.put(entry.name(), entry.content())));
        var written = 0L;
        for (var entry : images(manifest)) {
            var present = Optional.ofNullable(old.remove(entry.name())).orElse(NOTHING);
            written += write(present, entry.content(), Restoring.image(directory, entry));
        }
        for (var name : old.keySet()) {
            Files.deleteIfExists(directory.resolve(Path.of(name).getFileName()));
        }
        return written;
    }

    private static Iterable<Entry> images(Manifest manifest) {
        return manifest.entries().stream().filter(entry -> entry.kind() == Kind.IMAGE).toList();
    }

    private long write(Content present, Content content, Path file) throws IOException {
        var old = new TreeStream(present, this::require);
        var hashes = new TreeStream(content, this::require);
        var written = 0L;
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (var position = 0L;
                    position < content.sizeBytes();
                    position += HashTree.CHUNK_BYTES) {
                var hash = hashes.skipChunk().orElseThrow();
                if (!old.skipChunk().equals(Optional.of(hash))) {
                    write(channel, position, require(hash));
                    written++;
                }
            }
            channel.truncate(content.sizeBytes());
        }
        return written;
    }

    private static void write(FileChannel channel, long position, byte[] chunk) throws IOException {
        var bytes = ByteBuffer.wrap(chunk);
        while (bytes.hasRemaining()) {
            channel.write(bytes, position + bytes.position());
        }
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return store.find(hash).orElseThrow(() -> new IOException("chunk " + hash + " is damaged"));
    }
}
