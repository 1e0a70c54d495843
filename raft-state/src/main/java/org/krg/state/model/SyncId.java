// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// Names an object of a segment.
///
/// @param number as the program chose it, not negative
public record SyncId(SegmentId segment, long number) implements Comparable<SyncId> {
    private static final Comparator<SyncId> ORDER =
            Comparator.comparing(SyncId::segment).thenComparingLong(SyncId::number);

    public SyncId {
        if (number < 0) {
            throw new IllegalArgumentException("an object has no negative number: " + number);
        }
    }

    @Override
    public int compareTo(SyncId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return segment + ":" + number;
    }
}
