// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.zstd.BlockFormat;

/// A file of blocks, written once. Each block: u32 mark, u32 length, the block in [BlockFormat].
///
/// The file is opened for each read: an interrupt closes the channel that is being read, and must
/// not take it away from others.
final class Pack {
    static final int BLOCK_MARK = 0x4b524742; // "KRGB"
    static final int HEAD_BYTES = 8;

    /// Bytes read at once to learn what is in a block: the head of most.
    private static final int GLANCE_BYTES = HEAD_BYTES + BlockFormat.headBytes(64);

    private final Path file;
    private final long sizeBytes;

    Pack(Path file) throws IOException {
        this.file = file;
        this.sizeBytes = Files.size(file);
    }

    /// Takes the hashes of each block.
    interface BlockVisitor {
        void visit(long offset, List<ChunkHash> hashes);
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// Names what is in each block. Ends where the file makes no sense any more.
    ///
    /// @return whether all of it made sense
    boolean scan(BlockVisitor visitor) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return scan(channel, visitor);
        }
    }

    private boolean scan(FileChannel channel, BlockVisitor visitor) throws IOException {
        var offset = 0L;
        while (offset < sizeBytes) {
            var glance = read(channel, offset, GLANCE_BYTES);
            if (glance.remaining() < HEAD_BYTES + Short.BYTES
                    || glance.getInt() != BLOCK_MARK
                    || !fits(offset, glance.getInt())) {
                return false;
            }
            var lengthBytes = glance.getInt(Integer.BYTES);
            var headBytes = BlockFormat.headBytes(Short.toUnsignedInt(glance.getShort(HEAD_BYTES)));
            if (headBytes > lengthBytes) {
                return false;
            }
            var head =
                    headBytes <= glance.remaining()
                            ? glance
                            : read(channel, offset + HEAD_BYTES, headBytes);
            visitor.visit(offset, BlockFormat.hashes(head));
            offset += HEAD_BYTES + lengthBytes;
        }
        return true;
    }

    /// {@return the chunks of a block as they claim to be; empty if it is damaged beyond reading}
    Optional<List<Chunk>> block(long offset) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var head = read(channel, offset, HEAD_BYTES);
            if (head.remaining() < HEAD_BYTES
                    || head.getInt() != BLOCK_MARK
                    || !fits(offset, head.getInt())) {
                return Optional.empty();
            }
            var lengthBytes = head.getInt(Integer.BYTES);
            return BlockFormat.decode(read(channel, offset + HEAD_BYTES, lengthBytes));
        }
    }

    /// Removes the file.
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private boolean fits(long offset, int lengthBytes) {
        return lengthBytes > 0
                && lengthBytes <= BlockFormat.maxBytes(BlockFormat.MAX_CHUNKS)
                && offset + HEAD_BYTES + lengthBytes <= sizeBytes;
    }

    private static ByteBuffer read(FileChannel channel, long offset, int lengthBytes)
            throws IOException {
        var bytes = ByteBuffer.allocate(lengthBytes);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                break;
            }
        }
        return bytes.flip();
    }
}
