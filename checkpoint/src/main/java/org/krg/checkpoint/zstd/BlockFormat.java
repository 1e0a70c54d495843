// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;

/// Chunks as one block: u16 count; for each the hash and u16 length; then the contents, one after
/// the other, as a zstd frame. Compressed together they become much smaller than one by one.
///
/// What is decoded is not yet verified: each chunk has to be compared with its hash.
public final class BlockFormat {
    /// A block is closed when it holds so much: large enough to compress well, small enough to read
    /// for the sake of one chunk.
    public static final int TARGET_BYTES = 128 * 1024;

    /// No chunk is longer.
    public static final int MAX_CHUNK_BYTES = 4096;

    /// No block has more chunks; nodes may be as short as two hashes.
    public static final int MAX_CHUNKS = 4096;

    private static final int ENTRY_BYTES = ChunkHash.BYTES + Short.BYTES;

    private BlockFormat() {}

    /// {@return the longest encoding that a block of at most [#TARGET_BYTES] or of `chunks` chunks
    /// can have}
    public static int maxBytes(int chunks) {
        return Short.BYTES
                + chunks * ENTRY_BYTES
                + Math.toIntExact(Zstd.compressBound((long) chunks * MAX_CHUNK_BYTES));
    }

    /// {@return the block}
    ///
    /// @param level of zstd
    public static byte[] encode(List<Chunk> chunks, int level) {
        var contentBytes = chunks.stream().mapToInt(chunk -> chunk.content().length).sum();
        var content = ByteBuffer.allocate(contentBytes);
        chunks.forEach(chunk -> content.put(chunk.content()));
        var frame = Zstd.compress(content.array(), level);
        var block = ByteBuffer.allocate(Short.BYTES + chunks.size() * ENTRY_BYTES + frame.length);
        block.putShort((short) chunks.size());
        for (var chunk : chunks) {
            chunk.hash().write(block);
            block.putShort((short) chunk.content().length);
        }
        return block.put(frame).array();
    }

    /// {@return the hashes in a block, without looking at the contents; empty if it makes no sense}
    public static List<ChunkHash> hashes(ByteBuffer block) {
        try {
            var bytes = block.duplicate();
            var count = count(bytes);
            var hashes = new ArrayList<ChunkHash>(count);
            for (var index = 0; index < count; index++) {
                hashes.add(ChunkHash.read(bytes));
                bytes.getShort();
            }
            return hashes;
        } catch (BufferUnderflowException torn) {
            return List.of();
        }
    }

    /// {@return bytes from the start of a block that [#hashes] needs for `count` chunks}
    public static int headBytes(int count) {
        return Short.BYTES + count * ENTRY_BYTES;
    }

    /// {@return the chunks as they claim to be; empty if the block is damaged beyond reading}
    public static Optional<List<Chunk>> decode(ByteBuffer block) {
        try {
            var bytes = block.duplicate();
            var count = count(bytes);
            var hashes = new ArrayList<ChunkHash>(count);
            var lengths = new int[count];
            var contentBytes = 0;
            for (var index = 0; index < count; index++) {
                hashes.add(ChunkHash.read(bytes));
                lengths[index] = Short.toUnsignedInt(bytes.getShort());
                contentBytes += Math.min(lengths[index], MAX_CHUNK_BYTES);
            }
            return split(hashes, lengths, content(bytes, contentBytes));
        } catch (BufferUnderflowException | ZstdException damaged) {
            return Optional.empty();
        }
    }

    private static byte[] content(ByteBuffer bytes, int contentBytes) {
        var frame = new byte[bytes.remaining()];
        bytes.get(frame);
        var content = new byte[contentBytes];
        var length = Zstd.decompress(content, frame);
        if (Zstd.isError(length)) {
            throw new ZstdException(length);
        }
        return content;
    }

    private static Optional<List<Chunk>> split(
            List<ChunkHash> hashes, int[] lengths, byte[] content) {
        var bytes = ByteBuffer.wrap(content);
        var chunks = new ArrayList<Chunk>(hashes.size());
        for (var index = 0; index < lengths.length; index++) {
            var chunk = new byte[Math.min(lengths[index], MAX_CHUNK_BYTES)];
            bytes.get(chunk);
            chunks.add(new Chunk(hashes.get(index), chunk));
        }
        return Optional.of(chunks);
    }

    private static int count(ByteBuffer bytes) {
        var count = Short.toUnsignedInt(bytes.getShort());
        if (count > MAX_CHUNKS) {
            throw new BufferUnderflowException();
        }
        return count;
    }
}
