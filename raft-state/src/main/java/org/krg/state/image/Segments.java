// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// Shared memory: the segments that exist, and the homes of their blocks. A block that nobody has
/// touched yet has none.
///
/// @param touched how many blocks with a home a segment has; none is not there
public record Segments(
        Table<SegmentId, Segment> known,
        Table<BlockId, BlockGrant> grants,
        Table<SegmentId, Integer> touched) {
    /// No shared memory.
    public static final Segments EMPTY = new Segments(Table.empty(), Table.empty(), Table.empty());

    /// {@return how many blocks with a home the segments of a user have}
    public int touchedBy(int uid) {
        return touched.stream()
                .filter(entry ->
                        known.find(entry.key())
                                .filter(segment -> segment.owner().uid() == uid)
                                .isPresent())
                .mapToInt(Table.Entry::value)
                .sum();
    }

    /// {@return the segment of that name; none whose name was taken away}
    public Optional<Segment> find(String name) {
        return known.values().stream()
                .filter(segment -> segment.name().equals(name) && !segment.removed())
                .findFirst();
    }

    /// {@return what a program means that knows that number: the segment, or what it is since it
    /// went back to a checkpoint}
    public Optional<Segment> current(SegmentId number) {
        return known.find(number)
                .or(() ->
                        known.values().stream()
                                .filter(segment -> segment.formerly().contains(number))
                                .findFirst());
    }

    /// {@return these with that segment}
    public Segments with(Segment segment) {
        return new Segments(known.with(segment.id(), segment), grants, touched);
    }

    /// {@return these with that home}
    public Segments with(BlockId block, BlockGrant grant) {
        var segment = block.segment();
        var count = touched.find(segment).orElse(0) + (grants.find(block).isPresent() ? 0 : 1);
        return new Segments(known, grants.with(block, grant), touched.with(segment, count));
    }

    /// {@return these without a segment and the homes of its blocks}
    public Segments without(SegmentId segment) {
        var left = grants;
        for (var block : blocksOf(segment)) {
            left = left.without(block);
        }
        return new Segments(known.without(segment), left, touched.without(segment));
    }

    /// {@return the blocks of a segment that have a home, in order}
    public List<BlockId> blocksOf(SegmentId segment) {
        return grants.from(new BlockId(segment, 0))
                .map(Table.Entry::key)
                .takeWhile(block -> block.segment().equals(segment))
                .toList();
    }
}
