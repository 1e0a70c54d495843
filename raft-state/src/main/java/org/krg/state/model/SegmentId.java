// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The number of a segment; unique for the life of the cluster, while a segment's name is unique
/// only among segments that exist.
public record SegmentId(long value) implements Comparable<SegmentId> {
    @Override
    public int compareTo(SegmentId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
