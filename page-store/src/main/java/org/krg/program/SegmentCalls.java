// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The functions of `libkrg` about one handle of a segment.
final class SegmentCalls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    // size_t krg_segment_size(const struct krg_segment *);
    final MethodHandle size;
    // uint64_t krg_segment_id(const struct krg_segment *);
    final MethodHandle id;
    // void *krg_segment_map(struct krg_segment *, void *);
    final MethodHandle map;
    // void *krg_segment_map_part(struct krg_segment *, void *, int, size_t, off_t, int);
    final MethodHandle mapPart;
    // int krg_segment_unmap(struct krg_segment *);
    final MethodHandle unmap;
    // void krg_segment_close(struct krg_segment *);
    final MethodHandle close;
    // int krg_segment_advise(struct krg_segment *, off_t, size_t, int);
    final MethodHandle advise;
    // int krg_segment_sync(struct krg_segment *, off_t, size_t);
    final MethodHandle sync;

    SegmentCalls(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        size = library.function("krg_segment_size", FunctionDescriptor.of(LONG, place));
        id = library.function("krg_segment_id", FunctionDescriptor.of(LONG, place));
        map = library.function("krg_segment_map", FunctionDescriptor.of(place, place, place));
        mapPart =
                library.function(
                        "krg_segment_map_part",
                        FunctionDescriptor.of(place, place, place, INT, LONG, LONG, INT));
        unmap = library.function("krg_segment_unmap", FunctionDescriptor.of(INT, place));
        close = library.function("krg_segment_close", FunctionDescriptor.ofVoid(place));
        advise =
                library.function(
                        "krg_segment_advise", FunctionDescriptor.of(INT, place, LONG, LONG, INT));
        sync = library.function("krg_segment_sync", FunctionDescriptor.of(INT, place, LONG, LONG));
    }
}
