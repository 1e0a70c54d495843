// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.Arrays;
import org.krg.state.model.BlockId;

/// For each page of a block what may be done with it, nothing at first. Takes two bits a page: a
/// node may have millions of blocks' pages. Owned by whoever owns the block.
final class PageAccess {
    private static final int WORDS = BlockId.PAGES / Long.SIZE;

    private final long[] some = new long[WORDS];
    private final long[] writable = new long[WORDS];

    Access get(int page) {
        if (!has(some, page)) {
            return Access.NONE;
        }
        return has(writable, page) ? Access.WRITE : Access.READ;
    }

    private static boolean has(long[] words, int page) {
        return (words[page / Long.SIZE] & 1L << page) != 0;
    }

    void set(int page, Access access) {
        set(some, page, access != Access.NONE);
        set(writable, page, access == Access.WRITE);
    }

    private static void set(long[] words, int page, boolean isSet) {
        var bit = 1L << page;
        if (isSet) {
            words[page / Long.SIZE] |= bit;
        } else {
            words[page / Long.SIZE] &= ~bit;
        }
    }

    void clear() {
        Arrays.fill(some, 0);
        Arrays.fill(writable, 0);
    }

    boolean isAllNone() {
        return Arrays.stream(some).allMatch(word -> word == 0);
    }

    /// {@return how many pages there are with which something may be done, here or there}
    int count(PageAccess other) {
        var count = 0;
        for (var word = 0; word < WORDS; word++) {
            count += Long.bitCount(some[word] | other.some[word]);
        }
        return count;
    }
}
