// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/// What the cluster knows of a segment.
///
/// @param id no other segment ever has that number
/// @param sizeBytes 0 until somebody has said how large it is
/// @param uid its owner
/// @param mode who is neither the owner nor root needs the bits to read and to write
/// @param held handles that processes of all nodes have
/// @param isRemoved it has no name any more, and goes when nobody holds it
public record KnownSegment(
        long id,
        long sizeBytes,
        int uid,
        int gid,
        int mode,
        int held,
        boolean isRemoved,
        Instant created) {
    /// `struct krg_segment_info`
    static final StructLayout LAYOUT =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_LONG.withName("id"),
                    ValueLayout.JAVA_LONG.withName("size"),
                    ValueLayout.JAVA_INT.withName("uid"),
                    ValueLayout.JAVA_INT.withName("gid"),
                    ValueLayout.JAVA_INT.withName("mode"),
                    ValueLayout.JAVA_INT.withName("held"),
                    ValueLayout.JAVA_BOOLEAN.withName("removed"),
                    MemoryLayout.paddingLayout(7),
                    ValueLayout.JAVA_LONG.withName("created"));

    static KnownSegment of(MemorySegment info) {
        return new KnownSegment(
                info.get(ValueLayout.JAVA_LONG, 0),
                info.get(ValueLayout.JAVA_LONG, 8),
                info.get(ValueLayout.JAVA_INT, 16),
                info.get(ValueLayout.JAVA_INT, 20),
                info.get(ValueLayout.JAVA_INT, 24),
                info.get(ValueLayout.JAVA_INT, 28),
                info.get(ValueLayout.JAVA_BOOLEAN, 32),
                Instant.ofEpochSecond(info.get(ValueLayout.JAVA_LONG, 40)));
    }
}
