// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.jspecify.annotations.Nullable;
import org.krg.state.model.BlockId;

/// A number for each page of a block, 0 at first. Of a block of which few pages are used it takes
/// room for these and their neighbours. Owned by whoever owns the block.
public final class PageNumbers {
    private static final int NEIGHBOURS = 32;

    private final @Nullable Part[] parts = new Part[BlockId.PAGES / NEIGHBOURS];

    private static final class Part {
        private final long[] numbers = new long[NEIGHBOURS];
    }

    /// {@return the number of a page}
    public long get(int page) {
        var part = parts[page / NEIGHBOURS];
        return part == null ? 0 : part.numbers[page % NEIGHBOURS];
    }

    /// Replaces the number of a page.
    public void set(int page, long number) {
        var part = parts[page / NEIGHBOURS];
        if (part == null) {
            part = new Part();
            parts[page / NEIGHBOURS] = part;
        }
        part.numbers[page % NEIGHBOURS] = number;
    }

    /// Adds one to the number of a page.
    public void increment(int page) {
        set(page, get(page) + 1);
    }
}
