// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// A page of a segment.
///
/// @param page index in the block
public record PageId(BlockId block, int page) implements Comparable<PageId> {
    private static final Comparator<PageId> ORDER =
            Comparator.comparing(PageId::block).thenComparingInt(PageId::page);

    @Override
    public int compareTo(PageId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return block + "/" + page;
    }
}
