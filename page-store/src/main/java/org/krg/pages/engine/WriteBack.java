// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.krg.state.model.BlockId;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the file of a segment up to what its pages are, from whatever node has them. On the node
/// of the file, where the segment is open; one at a time.
public final class WriteBack {
    private static final Logger log = LoggerFactory.getLogger(WriteBack.class);

    /// A cluster with a quorum takes records within milliseconds.
    private static final Duration RECORDED = Duration.ofSeconds(2);

    private final PageEngine engine;
    private final SegmentId segment;
    private final PageFile file;

    public WriteBack(PageEngine engine, SegmentId segment, PageFile file) {
        this.engine = engine;
        this.segment = segment;
        this.file = file;
    }

    /// A version of a page that was written.
    private record Written(int page, long version) {}

    /// Writes the pages of which the file may lack the newest version. When it returns, every store
    /// that was made before it began is in the file, and survives a crash of the machine. Pages
    /// that are lost, or do not come, are left out.
    ///
    /// @param blocks the numbers of those that were ever touched, in order
    /// @param start the first page that is meant
    /// @param end the first page that is not
    /// @return how many pages were written
    /// @throws FileFailed if the file cannot be written: what it holds of these pages is unknown
    /// @throws PagesFailed if pages were left out; all others are in the file
    public synchronized int run(List<Integer> blocks, int start, int end) throws FileFailed {
        var written = new ArrayList<Written>();
        var left = new ArrayList<PagesFailed>();
        var count = 0;
        for (var block : blocks) {
            var first = block * BlockId.PAGES;
            var from = Math.max(start, first);
            var to = Math.min(end, first + BlockId.PAGES);
            for (var page : from < to ? engine.unfiled(segment, from, to) : List.<Integer>of()) {
                count += write(page, written, left) ? 1 : 0;
            }
        }
        file.force();
        written.forEach(it -> engine.filed(segment, it.page, it.version));
        mark(written);
        log.info("written back segment={} pages={} left out={}", segment, count, left.size());
        if (!left.isEmpty()) {
            throw new PagesFailed(
                    "%s; %d pages are not in the file"
                            .formatted(left.getFirst().getMessage(), left.size()));
        }
        return count;
    }

    /// Marks what the file has now, for the home after this one. Without a mark a page is lost
    /// then, if nobody has it.
    private void mark(List<Written> written) {
        var kept = written.stream().filter(it -> engine.keepsMarks(segment, it.page)).toList();
        if (kept.isEmpty()) {
            return;
        }
        try {
            var _ = engine.settleRecords(RECORDED);
            var marks = new TreeMap<Integer, Long>();
            kept.stream()
                    .filter(it -> engine.mark(segment, it.page, it.version))
                    .forEach(it -> marks.put(it.page, it.version));
            file.mark(marks);
        } catch (FileFailed failure) {
            log.warn("not marked segment={} reason={}", segment, failure.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private final MemorySegment copy =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES));

    private boolean write(int page, List<Written> written, List<PagesFailed> left)
            throws FileFailed {
        try {
            var version = engine.share(segment, page, copy);
            file.write(page, copy);
            version.ifPresent(it -> written.add(new Written(page, it)));
            return true;
        } catch (PagesFailed lost) {
            left.add(lost);
            return false;
        }
    }
}
