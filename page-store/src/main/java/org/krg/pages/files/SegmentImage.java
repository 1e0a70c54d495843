// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PageMemory;
import org.krg.state.model.BlockId;
import org.krg.state.model.SegmentId;

/// The pages of a segment in a file: `u64 magic, u32 count, u32 number of each block`, all of that
/// filled up to whole pages, then the pages of each block in that order. Pages of zeros are holes.
/// What is not in it is zeros, or of no interest.
public final class SegmentImage {
    private static final long MAGIC = 0x6b72672d73656731L;
    private static final MemorySegment ZEROS =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES)).asReadOnly();
    private static final int FIXED_BYTES = Long.BYTES + Integer.BYTES;

    private SegmentImage() {}

    /// Writes the pages of blocks, while nobody stores anything. Blocks.
    ///
    /// @param pages how many the segment has
    /// @param blocks their numbers, in order
    /// @throws org.krg.pages.engine.PagesFailed if a page is lost, or does not come
    /// @throws IOException if the file cannot be written
    public static void save(
            PageEngine engine, SegmentId segment, int pages, List<Integer> blocks, Path file)
            throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var header = header(blocks);
            var at = new Position(header.remaining());
            write(channel, header, 0);
            for (var block : blocks) {
                var start = block * BlockId.PAGES;
                var end = Math.min(start + BlockId.PAGES, pages);
                var copies = new ArrayList<IOException>();
                engine.read(
                        segment,
                        start,
                        end,
                        (page, copy) -> {
                            try {
                                writePage(channel, copy, at.next(1));
                            } catch (IOException failure) {
                                copies.add(failure);
                            }
                        });
                if (!copies.isEmpty()) {
                    throw copies.getFirst();
                }
            }
            writeEnd(channel, at.bytes);
        }
    }

    /// Where in the file.
    private static final class Position {
        private long bytes;

        Position(long bytes) {
            this.bytes = bytes;
        }

        long next(int pages) {
            var now = bytes;
            bytes += (long) pages * PageMemory.PAGE_BYTES;
            return now;
        }
    }

    private static ByteBuffer header(List<Integer> blocks) {
        var header = ByteBuffer.allocate(headerBytes(blocks.size()));
        header.putLong(MAGIC).putInt(blocks.size());
        blocks.forEach(header::putInt);
        return header.rewind();
    }

    private static int headerBytes(int blocks) {
        var bytes = FIXED_BYTES + blocks * Integer.BYTES;
        return Math.ceilDiv(bytes, PageMemory.PAGE_BYTES) * PageMemory.PAGE_BYTES;
    }

    private static void writePage(FileChannel channel, MemorySegment copy, long at)
            throws IOException {
        if (copy.mismatch(ZEROS) >= 0) {
            write(channel, copy.asByteBuffer(), at);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    /// The last pages may be holes.
    private static void writeEnd(FileChannel channel, long bytes) throws IOException {
        if (channel.size() < bytes) {
            write(channel, ByteBuffer.allocate(1), bytes - 1);
        }
    }

    /// Puts the pages of a file into a segment that nobody has touched. Blocks.
    ///
    /// @param pages how many the segment has
    /// @throws org.krg.pages.engine.PagesFailed if a page cannot be had
    /// @throws IOException if the file cannot be read, or is something else
    public static void load(PageEngine engine, SegmentId segment, int pages, Path file)
            throws IOException {
        load(
                pages,
                file,
                (start, contents) -> {
                    for (var index = 0; index < contents.size(); index++) {
                        if (contents.get(index).mismatch(ZEROS) >= 0) {
                            engine.write(segment, start + index, contents.get(index));
                        }
                    }
                });
    }

    /// Has the pages of a segment be those of a file, whatever they are, while nobody stores
    /// anything: stores those that differ. Blocks.
    ///
    /// @param pages how many the segment has
    /// @throws org.krg.pages.engine.PagesFailed if a page cannot be had
    /// @throws IOException if the file cannot be read, or is something else
    public static void loadOver(PageEngine engine, SegmentId segment, int pages, Path file)
            throws IOException {
        load(
                pages,
                file,
                (start, contents) ->
                        engine.read(
                                segment,
                                start,
                                start + contents.size(),
                                (page, present) -> {
                                    var content = contents.get(page - start);
                                    if (content.mismatch(present) >= 0) {
                                        engine.write(segment, page, content);
                                    }
                                }));
    }

    /// Takes the pages of a block, from the first one on.
    private interface BlockSink {
        void take(int start, List<MemorySegment> contents);
    }

    private static void load(int pages, Path file, BlockSink into) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var blocks = blocks(channel, file);
            var at = new Position(headerBytes(blocks.size()));
            var bytes = ByteBuffer.allocateDirect(BlockId.PAGES * PageMemory.PAGE_BYTES);
            for (var block : blocks) {
                var start = block * BlockId.PAGES;
                var count = Math.min(BlockId.PAGES, pages - start);
                bytes.clear().limit(count * PageMemory.PAGE_BYTES);
                read(channel, bytes, at.next(count), file);
                var whole = MemorySegment.ofBuffer(bytes.flip());
                into.take(
                        start,
                        IntStream.range(0, count)
                                .mapToObj(index ->
                                        whole.asSlice(
                                                (long) index * PageMemory.PAGE_BYTES,
                                                PageMemory.PAGE_BYTES))
                                .toList());
            }
        }
    }

    private static List<Integer> blocks(FileChannel channel, Path file) throws IOException {
        var fixed = ByteBuffer.allocate(FIXED_BYTES);
        read(channel, fixed, 0, file);
        fixed.flip();
        var magic = fixed.getLong();
        var count = fixed.getInt();
        if (magic != MAGIC || count < 0 || count > channel.size() / Integer.BYTES) {
            throw new IOException(file + " holds no pages of shared memory");
        }
        var numbers = ByteBuffer.allocate(count * Integer.BYTES);
        read(channel, numbers, FIXED_BYTES, file);
        numbers.flip();
        var blocks = new ArrayList<Integer>();
        while (numbers.hasRemaining()) {
            blocks.add(numbers.getInt());
        }
        return blocks;
    }

    private static void read(FileChannel channel, ByteBuffer bytes, long at, Path file)
            throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new IOException(file + " is too short");
            }
        }
    }
}
