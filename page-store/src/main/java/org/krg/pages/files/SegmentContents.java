// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PageMemory;
import org.krg.state.model.BlockId;
import org.krg.state.model.SegmentId;

/// What a segment holds, as a stream: `u32 page, 4096 bytes` for each page that is not zeros, in
/// order, then `u32 0xffffffff, u64 bytes`, how long all of it is. Without that end it is not
/// whole.
public final class SegmentContents {
    private static final int END = -1;
    private static final MemorySegment ZEROS =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES)).asReadOnly();

    private final PageEngine engine;
    private final SegmentId segment;
    private final int pages;

    /// @param pages how many the segment has
    public SegmentContents(PageEngine engine, SegmentId segment, int pages) {
        this.engine = engine;
        this.segment = segment;
        this.pages = pages;
    }

    /// Writes the pages of blocks, each as it is at one moment. Blocks.
    ///
    /// @param blocks the numbers of those that were touched, in order
    /// @throws org.krg.pages.engine.PagesFailed if a page is lost, or does not come
    public void dump(List<Integer> blocks, OutputStream into) throws IOException {
        var out = new DataOutputStream(into);
        var bytes = new byte[PageMemory.PAGE_BYTES];
        for (var block : blocks) {
            for (var copy : copies(block)) {
                if (copy.content.mismatch(ZEROS) >= 0) {
                    out.writeInt(copy.page);
                    MemorySegment.ofArray(bytes).copyFrom(copy.content);
                    out.write(bytes);
                }
            }
        }
        out.writeInt(END);
        out.writeLong((long) pages * PageMemory.PAGE_BYTES);
        out.flush();
    }

    private record PageCopy(int page, MemorySegment content) {}

    private List<PageCopy> copies(int block) {
        var copies = new ArrayList<PageCopy>();
        engine.read(
                segment,
                block * BlockId.PAGES,
                Math.min((block + 1) * BlockId.PAGES, pages),
                (page, content) ->
                        copies.add(
                                new PageCopy(
                                        page,
                                        MemorySegment.ofArray(new byte[PageMemory.PAGE_BYTES])
                                                .copyFrom(content))));
        return copies;
    }

    /// Copies a stream that comes from elsewhere, if it is one.
    ///
    /// @throws java.io.EOFException if it is not whole
    /// @throws NotContents if it is something else, or longer than the segment
    /// @throws IOException if it cannot be read or written
    public void check(InputStream from, OutputStream copy) throws IOException {
        var in = new DataInputStream(from);
        var out = new DataOutputStream(copy);
        var bytes = new byte[PageMemory.PAGE_BYTES];
        var last = -1;
        for (var page = in.readInt(); page != END; page = in.readInt()) {
            if (page <= last) {
                throw new NotContents("page %d comes after page %d".formatted(page, last));
            }
            requireWithin(page + 1L);
            in.readFully(bytes);
            out.writeInt(page);
            out.write(bytes);
            last = page;
        }
        var length = in.readLong();
        requireWithin(Math.ceilDiv(length, (long) PageMemory.PAGE_BYTES));
        out.writeInt(END);
        out.writeLong(length);
        out.flush();
    }

    private void requireWithin(long count) {
        if (count < 0 || count > pages) {
            throw new NotContents(
                    "segment %s has %d pages, and this is at least %d"
                            .formatted(segment, pages, count));
        }
    }

    /// Stores a stream that was checked, and zeros everywhere else, one page after the other.
    /// Blocks.
    ///
    /// @param blocks the numbers of those that were touched, in order: all others are zeros
    /// @return how many pages were stored
    /// @throws org.krg.pages.engine.PagesFailed if a page is lost, or does not come
    public int load(List<Integer> blocks, InputStream checked) throws IOException {
        var in = new DataInputStream(checked);
        var bytes = new byte[PageMemory.PAGE_BYTES];
        var content = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES));
        var erased = new Erasure(blocks);
        var stored = 0;
        for (var page = in.readInt(); page != END; page = in.readInt()) {
            in.readFully(bytes);
            erased.upTo(page);
            content.copyFrom(MemorySegment.ofArray(bytes));
            engine.write(segment, page, content);
            erased.next = page + 1;
            stored++;
        }
        erased.upTo(pages);
        return stored;
    }

    /// Makes zeros of the pages between those that are stored.
    private final class Erasure {
        private final List<Integer> blocks;
        private int index;
        private int next;

        Erasure(List<Integer> blocks) {
            this.blocks = blocks;
        }

        void upTo(int end) {
            while (index < blocks.size()) {
                var first = blocks.get(index) * BlockId.PAGES;
                var start = Math.max(first, next);
                var behind = Math.min(first + BlockId.PAGES, end);
                if (start < behind) {
                    erase(start, behind);
                }
                if (first + BlockId.PAGES > end) {
                    break;
                }
                index++;
            }
            next = Math.max(next, end);
        }

        private void erase(int start, int end) {
            var others = new ArrayList<Integer>();
            engine.read(
                    segment,
                    start,
                    end,
                    (page, content) -> {
                        if (content.mismatch(ZEROS) >= 0) {
                            others.add(page);
                        }
                    });
            others.forEach(page -> engine.write(segment, page, ZEROS));
        }
    }
}
