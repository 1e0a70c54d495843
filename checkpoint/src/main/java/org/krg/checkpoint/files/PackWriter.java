// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.zstd.BlockFormat;

/// Writes a pack. Nodes go into blocks of their own, so that a walk over trees reads little. Used
/// by one thread.
final class PackWriter implements AutoCloseable {
    private final Path file;
    private final int level;
    private final FileChannel channel;
    private final OpenBlock chunks = new OpenBlock();
    private final OpenBlock nodes = new OpenBlock();

    /// Offset of the block of each chunk, plus one.
    private final ChunkIndex written = new ChunkIndex();

    private long sizeBytes;

    PackWriter(Path file, int level) throws IOException {
        this.file = file;
        this.level = level;
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static final class OpenBlock {
        private final List<Chunk> chunks = new ArrayList<>();
        private int contentBytes;
    }

    boolean has(ChunkHash hash) {
        return written.find(hash) != ChunkIndex.NOWHERE;
    }

    void add(Chunk chunk) throws IOException {
        add(chunks, chunk);
    }

    void addNode(Chunk node) throws IOException {
        add(nodes, node);
    }

    long sizeBytes() {
        return sizeBytes;
    }

    Path file() {
        return file;
    }

    boolean isEmpty() {
        return sizeBytes == 0 && chunks.chunks.isEmpty() && nodes.chunks.isEmpty();
    }

    /// Writes what is held back. Nothing may be added any more.
    void finish() throws IOException {
        flush(chunks);
        flush(nodes);
    }

    /// Removes the file unless it was renamed.
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    private void add(OpenBlock block, Chunk chunk) throws IOException {
        if (has(chunk.hash())) {
            return;
        }
        // Its place is not known before the block is written; it only matters that there is one.
        written.put(chunk.hash(), 1);
        block.chunks.add(chunk);
        block.contentBytes += chunk.content().length;
        if (block.contentBytes >= BlockFormat.TARGET_BYTES
                || block.chunks.size() == BlockFormat.MAX_CHUNKS) {
            flush(block);
        }
    }

    private void flush(OpenBlock block) throws IOException {
        if (block.chunks.isEmpty()) {
            return;
        }
        var encoded = BlockFormat.encode(block.chunks, level);
        var head = ByteBuffer.allocate(Pack.HEAD_BYTES).putInt(Pack.BLOCK_MARK);
        head.putInt(encoded.length).flip();
        var parts = new ByteBuffer[] {head, ByteBuffer.wrap(encoded)};
        while (parts[1].hasRemaining()) {
            sizeBytes += channel.write(parts);
        }
        block.chunks.clear();
        block.contentBytes = 0;
    }
}
