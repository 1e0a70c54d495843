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
import java.util.Optional;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.files.FileSeal.Kind;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.zstd.BlockFormat;

/// Writes a pack. Nodes go into blocks of their own, so that a walk over trees reads little. Used
/// by one thread.
final class PackWriter implements AutoCloseable {
    private final Path file;
    private final int level;
    private final BlockForm form;
    private final FileChannel channel;
    private final OpenBlock chunks = new OpenBlock();
    private final OpenBlock nodes = new OpenBlock();

    /// Offset of the block of each chunk, plus one.
    private final ChunkIndex written = new ChunkIndex();

    private long sizeBytes;
    private boolean isKept;

    /// @param key it is encrypted with; empty: it is not
    PackWriter(Path file, int level, Optional<StoreKey> key) throws IOException {
        this.file = file;
        this.level = level;
        this.form = key.<BlockForm>map(PackWriter::encrypted).orElseGet(BlockForm.Plain::new);
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static BlockForm encrypted(StoreKey key) {
        return new BlockForm.Encrypted(FileSeal.make(Kind.PACK, key));
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

    /// {@return the file, which stays from now on}
    Path keep() {
        isKept = true;
        return file;
    }

    /// Removes the file unless it is kept.
    @Override
    public void close() throws IOException {
        channel.close();
        if (!isKept) {
            Files.deleteIfExists(file);
        }
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
        if (sizeBytes == 0) {
            write(ByteBuffer.wrap(form.fileHead()));
        }
        var stored = form.stored(sizeBytes, BlockFormat.encode(block.chunks, level));
        var head = ByteBuffer.allocate(Pack.HEAD_BYTES).putInt(Pack.BLOCK_MARK);
        head.putInt(stored.length).flip();
        write(head, ByteBuffer.wrap(stored));
        block.chunks.clear();
        block.contentBytes = 0;
    }

    private void write(ByteBuffer... parts) throws IOException {
        while (parts[parts.length - 1].hasRemaining()) {
            sizeBytes += channel.write(parts);
        }
    }
}
