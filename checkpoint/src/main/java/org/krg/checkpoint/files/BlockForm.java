// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.krg.checkpoint.zstd.BlockFormat;

/// How the blocks of one pack lie in its file: as [BlockFormat] says, or encrypted.
sealed interface BlockForm {
    /// {@return what the file begins with}
    byte[] fileHead();

    /// {@return the number of the key; empty: not encrypted}
    Optional<Long> keyId();

    /// {@return bytes from the start of a stored block that [#head] needs for `count` chunks}
    int headBytes(int count);

    /// {@return by how much a block is longer here}
    int overheadBytes();

    /// {@return a block as it is stored}
    ///
    /// @param offset where it will begin in the file
    byte[] stored(long offset, byte[] block);

    /// {@return the start of a block, up to its contents; empty if it is damaged}
    ///
    /// @param lengthBytes of the stored block
    /// @param stored its start, at least
    Optional<ByteBuffer> head(long offset, int lengthBytes, ByteBuffer stored);

    /// {@return the block; empty if it is damaged}
    Optional<ByteBuffer> block(long offset, ByteBuffer stored);

    /// As it is.
    record Plain() implements BlockForm {
        @Override
        public byte[] fileHead() {
            return new byte[0];
        }

        @Override
        public Optional<Long> keyId() {
            return Optional.empty();
        }

        @Override
        public int headBytes(int count) {
            return BlockFormat.headBytes(count);
        }

        @Override
        public int overheadBytes() {
            return 0;
        }

        @Override
        public byte[] stored(long offset, byte[] block) {
            return block;
        }

        @Override
        public Optional<ByteBuffer> head(long offset, int lengthBytes, ByteBuffer stored) {
            return Optional.of(stored);
        }

        @Override
        public Optional<ByteBuffer> block(long offset, ByteBuffer stored) {
            return Optional.of(stored);
        }
    }

    /// The count of chunks in the clear; their hashes and lengths, then their contents, each
    /// encrypted: so that a start learns what is in a pack without reading all of it, and the disk
    /// tells no hash of anything. Bound to each are offset, length and count.
    record Encrypted(FileSeal seal) implements BlockForm {
        private static final int NAMES = 0;
        private static final int CONTENTS = 1;

        @Override
        public byte[] fileHead() {
            return seal.head();
        }

        @Override
        public Optional<Long> keyId() {
            return Optional.of(seal.keyId());
        }

        @Override
        public int headBytes(int count) {
            return BlockFormat.headBytes(count) + FileSeal.TAG_BYTES;
        }

        @Override
        public int overheadBytes() {
            return 2 * FileSeal.TAG_BYTES;
        }

        @Override
        public byte[] stored(long offset, byte[] block) {
            var plain = ByteBuffer.wrap(block);
            var count = count(plain);
            var lengthBytes = block.length + overheadBytes();
            var bound = bound(lengthBytes, count);
            var names = plain.slice(Short.BYTES, BlockFormat.headBytes(count) - Short.BYTES);
            var contents = plain.position(BlockFormat.headBytes(count));
            return ByteBuffer.allocate(lengthBytes)
                    .putShort((short) count)
                    .put(seal.seal(offset, NAMES, bound, names))
                    .put(seal.seal(offset, CONTENTS, bound, contents))
                    .array();
        }

        @Override
        public Optional<ByteBuffer> head(long offset, int lengthBytes, ByteBuffer stored) {
            return names(offset, lengthBytes, stored)
                    .map(names -> joined(count(stored), names, ByteBuffer.allocate(0)));
        }

        @Override
        public Optional<ByteBuffer> block(long offset, ByteBuffer stored) {
            if (stored.remaining() < Short.BYTES || stored.remaining() < headBytes(count(stored))) {
                return Optional.empty();
            }
            var count = count(stored);
            var lengthBytes = stored.remaining();
            var rest =
                    stored.slice(
                            stored.position() + headBytes(count), lengthBytes - headBytes(count));
            var contents = seal.open(offset, CONTENTS, bound(lengthBytes, count), rest);
            return contents.flatMap(bytes ->
                    names(offset, lengthBytes, stored).map(names -> joined(count, names, bytes)));
        }

        private Optional<ByteBuffer> names(long offset, int lengthBytes, ByteBuffer stored) {
            var count = count(stored);
            var sealed =
                    stored.slice(stored.position() + Short.BYTES, headBytes(count) - Short.BYTES);
            return seal.open(offset, NAMES, bound(lengthBytes, count), sealed);
        }

        private static int count(ByteBuffer block) {
            return Short.toUnsignedInt(block.getShort(block.position()));
        }

        private static byte[] bound(int lengthBytes, int count) {
            return ByteBuffer.allocate(2 * Integer.BYTES).putInt(lengthBytes).putInt(count).array();
        }

        private static ByteBuffer joined(int count, ByteBuffer names, ByteBuffer contents) {
            return ByteBuffer.allocate(Short.BYTES + names.remaining() + contents.remaining())
                    .putShort((short) count)
                    .put(names)
                    .put(contents)
                    .flip();
        }
    }
}
