// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.engine.TreeStream.ChunkSource;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;

/// Writes the images of a generation, as CRIU reads them, into a directory. What follows from the
/// hashes alone is found by one thread; chunks are read, verified and written by several, each of
/// them at its place in the file, so that the order does not matter. Used once, by one thread.
final class ImageWriting implements AutoCloseable {
    /// To read, decompress, hash and write a chunk is work for a processor, and a node has few of
    /// them beside those that its programs use.
    private static final int WRITERS = 2;

    /// Chunks that are written at once: 1 MiB.
    private static final int STRETCH_CHUNKS = 256;

    /// Stretches that wait for a thread, or are at one.
    private static final int MAX_PENDING = 2 * WRITERS;

    private static final Content NOTHING = new Content(0, new ChunkHash(0, 0, 0, 0));

    private final ChunkSource source;
    private final Path directory;
    private final ExecutorService writers =
            Executors.newFixedThreadPool(
                    WRITERS, Thread.ofPlatform().name("krg-images-", 0).factory());
    private final Deque<Future<?>> pending = new ArrayDeque<>();
    private long writtenChunks;

    private record Place(long position, ChunkHash hash) {}

    /// @param source of verified chunks, safe for use by several threads
    ImageWriting(ChunkSource source, Path directory) {
        this.source = source;
        this.directory = directory;
    }

    /// Writes all images.
    ///
    /// @param before whose images the directory has; only the chunks that differ are written
    /// @return how many chunks were written
    long write(Optional<Manifest> before, Manifest manifest) throws IOException {
        var old = new TreeMap<String, Content>();
        before.ifPresent(it -> images(it).forEach(entry -> old.put(entry.name(), entry.content())));
        for (var entry : images(manifest)) {
            var present = Optional.ofNullable(old.remove(entry.name())).orElse(NOTHING);
            write(present, entry.content(), Restoring.image(directory, entry));
        }
        for (var name : old.keySet()) {
            Files.deleteIfExists(directory.resolve(Path.of(name).getFileName()));
        }
        return writtenChunks;
    }

    /// Waits for what is under way.
    @Override
    public void close() {
        writers.close();
    }

    private static List<Entry> images(Manifest manifest) {
        return manifest.entries().stream().filter(entry -> entry.kind() == Kind.IMAGE).toList();
    }

    private void write(Content present, Content content, Path file) throws IOException {
        var old = new TreeStream(present, source);
        var hashes = new TreeStream(content, source);
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var stretch = new ArrayList<Place>();
            for (var position = 0L;
                    position < content.sizeBytes();
                    position += HashTree.CHUNK_BYTES) {
                var hash = hashes.skipChunk().orElseThrow();
                if (!old.skipChunk().equals(Optional.of(hash))) {
                    stretch.add(new Place(position, hash));
                    writtenChunks++;
                }
                if (stretch.size() == STRETCH_CHUNKS) {
                    begin(channel, List.copyOf(stretch));
                    stretch.clear();
                }
            }
            write(channel, stretch);
            await(0);
            channel.truncate(content.sizeBytes());
        }
    }

    private void begin(FileChannel channel, List<Place> stretch) throws IOException {
        await(MAX_PENDING - 1);
        pending.add(
                writers.submit(() -> {
                    write(channel, stretch);
                    return stretch;
                }));
    }

    /// Waits until at most so many stretches are pending.
    private void await(int count) throws IOException {
        while (pending.size() > count) {
            try {
                pending.remove().get();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while images were written", stop);
            } catch (ExecutionException failure) {
                switch (failure.getCause()) {
                    case IOException known -> throw known;
                    case RuntimeException known -> throw known;
                    case null, default -> throw new IOException("cannot write images", failure);
                }
            }
        }
    }

    // What lies side by side is written at once.
    private void write(FileChannel channel, List<Place> stretch) throws IOException {
        var bytes = ByteBuffer.allocate(stretch.size() * HashTree.CHUNK_BYTES);
        var start = 0L;
        for (var place : stretch) {
            if (place.position() != start + bytes.position()) {
                flush(channel, bytes, start);
                start = place.position();
            }
            bytes.put(source.require(place.hash()));
        }
        flush(channel, bytes, start);
    }

    private static void flush(FileChannel channel, ByteBuffer bytes, long start)
            throws IOException {
        bytes.flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes, start + bytes.position());
        }
        bytes.clear();
    }
}
