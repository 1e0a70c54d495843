// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage;
import org.krg.state.model.BlockId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that read pages from files, for the homes of their blocks.
final class FileLoads implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FileLoads.class);

    /// As many as a disk has use for; pages that are not on their way wait in a queue.
    private static final int THREADS = 4;

    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    THREADS, Thread.ofPlatform().name("page-files-", 0).daemon().factory());

    private final ThreadLocal<MemorySegment> rooms =
            ThreadLocal.withInitial(() ->
                    MemorySegment.ofBuffer(
                            ByteBuffer.allocateDirect(
                                    PageMessage.LONGEST_RUN * PageMemory.PAGE_BYTES)));

    /// Who asked for pages.
    interface Taker {
        /// Takes some of them.
        ///
        /// @param content null if they cannot be read; for other use when this returns
        void take(int page, int count, @Nullable MemorySegment content);
    }

    /// Reads pages of a block, soon. What fails together is read page by page.
    ///
    /// @param page index in the block
    void load(PageFile file, BlockId block, int page, int count, Taker taker) {
        try {
            threads.execute(() -> read(file, block, page, count, taker));
        } catch (RejectedExecutionException _) {
            // Closed: nobody waits for it any more.
        }
    }

    private void read(PageFile file, BlockId block, int page, int count, Taker taker) {
        var room = rooms.get().asSlice(0, (long) count * PageMemory.PAGE_BYTES);
        try {
            file.read(block.number() * BlockId.PAGES + page, room);
            taker.take(page, count, room);
        } catch (FileFailed failure) {
            if (count == 1) {
                log.error(
                        "page lost: its file cannot be read page={} of={} reason={}",
                        page,
                        block,
                        failure.getMessage());
                taker.take(page, 1, null);
            } else {
                for (var each = page; each < page + count; each++) {
                    read(file, block, each, 1, taker);
                }
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
