// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How much a node has, and may have, of all segments together: pages in its memory and those that
/// are asked for, and blocks of which it keeps account. Safe for use from any thread.
final class PageRoom {
    private static final Logger log = LoggerFactory.getLogger(PageRoom.class);

    /// It is said again after this time.
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final long mostPages;
    private final int mostBlocks;
    private final AtomicLong pages = new AtomicLong();
    private final AtomicLong saidAt = new AtomicLong(System.nanoTime() - QUIET_NANOS);

    PageRoom(long mostPages, int mostBlocks) {
        this.mostPages = mostPages;
        this.mostBlocks = mostBlocks;
    }

    /// So many pages more, or fewer, are here or asked for.
    void changed(int more) {
        if (more != 0) {
            pages.addAndGet(more);
        }
    }

    long pages() {
        return pages.get();
    }

    long mostPages() {
        return mostPages;
    }

    int mostBlocks() {
        return mostBlocks;
    }

    /// {@return whether no page more is to be asked for}
    boolean isFull() {
        return pages.get() >= mostPages;
    }

    /// Somebody of this node does not get a page of a segment because there is no room.
    void refused(SegmentId segment) {
        var last = saidAt.get();
        var now = System.nanoTime();
        if (now - last >= QUIET_NANOS && saidAt.compareAndSet(last, now)) {
            log.warn(
                    "no room for pages of segment={} pages={} of={} most blocks={}",
                    segment,
                    pages,
                    mostPages,
                    mostBlocks);
        }
    }
}
