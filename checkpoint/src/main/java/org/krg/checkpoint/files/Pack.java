// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.StoreKeys;
import org.krg.checkpoint.files.FileSeal.Kind;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.zstd.BlockFormat;

/// A file of blocks, written once; one that is encrypted begins as [FileSeal] says. Each block: u32
/// mark, u32 length, the block in its [BlockForm].
///
/// The file is opened for each read: an interrupt closes the channel that is being read, and must
/// not take it away from others.
final class Pack {
    /// Ends the name of a pack that is not durable: after a crash it is removed.
    static final String UNFINISHED = ".new";

    static final int BLOCK_MARK = 0x4b524742; // "KRGB"
    static final int HEAD_BYTES = 8;

    /// The head of a block with so many chunks is read at once: of most.
    private static final int GLANCE_CHUNKS = 64;

    private volatile Path file;
    private final long sizeBytes;
    private boolean isGone;

    /// Empty if the file does not begin as it should.
    private final Optional<BlockForm> form;

    /// @throws org.krg.checkpoint.KeyUnknown if it cannot be read for that
    Pack(Path file, StoreKeys keys) throws IOException {
        this.file = file;
        this.sizeBytes = Files.size(file);
        this.form = form(file, keys);
    }

    private static Optional<BlockForm> form(Path file, StoreKeys keys) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var start = read(channel, 0, FileSeal.HEAD_BYTES);
            return FileSeal.isSealed(Kind.PACK, start)
                    ? FileSeal.read(Kind.PACK, start, keys, file).map(BlockForm.Encrypted::new)
                    : Optional.of(new BlockForm.Plain());
        }
    }

    /// {@return whether new packs would be written as this one is}
    boolean isSealedBy(Optional<StoreKey> key) {
        return form.isPresent() && form.get().keyId().equals(key.map(StoreKey::id));
    }

    /// Takes the hashes of each block.
    interface BlockVisitor {
        void visit(long offset, List<ChunkHash> hashes);
    }

    Path file() {
        return file;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// Names what is in each block. Ends where the file makes no sense any more.
    ///
    /// @return whether all of it made sense
    boolean scan(BlockVisitor visitor) throws IOException {
        if (form.isEmpty()) {
            return false;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return scan(channel, form.get(), visitor);
        }
    }

    private boolean scan(FileChannel channel, BlockForm blocks, BlockVisitor visitor)
            throws IOException {
        var whole = true;
        var offset = (long) blocks.fileHead().length;
        while (offset < sizeBytes) {
            var glance = read(channel, offset, HEAD_BYTES + blocks.headBytes(GLANCE_CHUNKS));
            if (glance.remaining() < HEAD_BYTES + Short.BYTES
                    || glance.getInt() != BLOCK_MARK
                    || !fits(blocks, offset, glance.getInt())) {
                return false;
            }
            var lengthBytes = glance.getInt(Integer.BYTES);
            var headBytes = blocks.headBytes(Short.toUnsignedInt(glance.getShort(HEAD_BYTES)));
            if (headBytes > lengthBytes) {
                return false;
            }
            var stored =
                    headBytes <= glance.remaining()
                            ? glance
                            : read(channel, offset + HEAD_BYTES, headBytes);
            var head = blocks.head(offset, lengthBytes, stored);
            if (head.isPresent()) {
                visitor.visit(offset, BlockFormat.hashes(head.get()));
            }
            whole &= head.isPresent();
            offset += HEAD_BYTES + lengthBytes;
        }
        return whole;
    }

    /// {@return the chunks of a block as they claim to be; empty if it is damaged beyond reading}
    Optional<List<Chunk>> block(long offset) throws IOException {
        return form.isEmpty() ? Optional.empty() : block(form.get(), offset);
    }

    private Optional<List<Chunk>> block(BlockForm blocks, long offset) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var head = read(channel, offset, HEAD_BYTES);
            if (head.remaining() < HEAD_BYTES
                    || head.getInt() != BLOCK_MARK
                    || !fits(blocks, offset, head.getInt())) {
                return Optional.empty();
            }
            var lengthBytes = head.getInt(Integer.BYTES);
            return blocks.block(offset, read(channel, offset + HEAD_BYTES, lengthBytes))
                    .flatMap(BlockFormat::decode);
        }
    }

    /// Gives the file the name it has when it is durable, if it is there. Nobody reads meanwhile.
    synchronized void rename() throws IOException {
        if (isGone) {
            return;
        }
        var name = file.getFileName().toString();
        var durable = file.resolveSibling(name.substring(0, name.length() - UNFINISHED.length()));
        Files.move(file, durable, StandardCopyOption.ATOMIC_MOVE);
        file = durable;
    }

    /// Removes the file.
    synchronized void delete() throws IOException {
        isGone = true;
        Files.deleteIfExists(file);
    }

    private boolean fits(BlockForm blocks, long offset, int lengthBytes) {
        return lengthBytes > 0
                && lengthBytes
                        <= BlockFormat.maxBytes(BlockFormat.MAX_CHUNKS) + blocks.overheadBytes()
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
