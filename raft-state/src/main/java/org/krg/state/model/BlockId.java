// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// 512 neighbouring pages of a segment, 2 MiB: what one home orders.
///
/// @param number from 0, in the order of addresses
public record BlockId(SegmentId segment, int number) implements Comparable<BlockId> {
    /// Pages of a block.
    public static final int PAGES = 512;

    /// Bytes of a block.
    public static final long BYTES = PAGES * 4_096L;

    private static final Comparator<BlockId> ORDER =
            Comparator.comparing(BlockId::segment).thenComparingInt(BlockId::number);

    @Override
    public int compareTo(BlockId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return segment + "/" + number;
    }
}
