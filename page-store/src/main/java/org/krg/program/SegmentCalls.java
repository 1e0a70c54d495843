// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The functions of `libkrg` about one handle of a segment.
final class SegmentCalls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final FunctionDescriptor OBJECT =
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG);
    private static final FunctionDescriptor WORD =
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, LONG, ValueLayout.ADDRESS);

    // size_t krg_segment_size(const struct krg_segment *);
    final MethodHandle size;
    // uint64_t krg_segment_id(const struct krg_segment *);
    final MethodHandle id;
    // void *krg_segment_map(struct krg_segment *, void *);
    final MethodHandle map;
    // int krg_segment_unmap(struct krg_segment *);
    final MethodHandle unmap;
    // void krg_segment_close(struct krg_segment *);
    final MethodHandle close;
    // int krg_segment_advise(struct krg_segment *, off_t, size_t, int);
    final MethodHandle advise;
    // int krg_segment_sync(struct krg_segment *, off_t, size_t);
    final MethodHandle sync;
    // int krg_mutex_lock(struct krg_segment *, uint64_t); and so on
    final MethodHandle lock;
    final MethodHandle tryLock;
    final MethodHandle unlock;
    final MethodHandle consistent;
    final MethodHandle readLock;
    final MethodHandle writeLock;
    final MethodHandle unlockReadWrite;
    // int krg_barrier_wait(struct krg_segment *, uint64_t, unsigned);
    final MethodHandle arrive;
    // int krg_atomic_load(struct krg_segment *, uint64_t, uint64_t *);
    final MethodHandle load;
    // int krg_atomic_add(struct krg_segment *, uint64_t, uint64_t, uint64_t *);
    final MethodHandle add;
    // int krg_atomic_exchange(struct krg_segment *, uint64_t, uint64_t, uint64_t *);
    final MethodHandle exchange;
    // int krg_atomic_compare_exchange(struct krg_segment *, uint64_t, uint64_t *, uint64_t);
    final MethodHandle compareExchange;

    SegmentCalls(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        size = library.function("krg_segment_size", FunctionDescriptor.of(LONG, place));
        id = library.function("krg_segment_id", FunctionDescriptor.of(LONG, place));
        map = library.function("krg_segment_map", FunctionDescriptor.of(place, place, place));
        unmap = library.function("krg_segment_unmap", FunctionDescriptor.of(INT, place));
        close = library.function("krg_segment_close", FunctionDescriptor.ofVoid(place));
        advise =
                library.function(
                        "krg_segment_advise", FunctionDescriptor.of(INT, place, LONG, LONG, INT));
        sync = library.function("krg_segment_sync", FunctionDescriptor.of(INT, place, LONG, LONG));
        lock = library.function("krg_mutex_lock", OBJECT);
        tryLock = library.function("krg_mutex_trylock", OBJECT);
        unlock = library.function("krg_mutex_unlock", OBJECT);
        consistent = library.function("krg_mutex_consistent", OBJECT);
        readLock = library.function("krg_rwlock_rdlock", OBJECT);
        writeLock = library.function("krg_rwlock_wrlock", OBJECT);
        unlockReadWrite = library.function("krg_rwlock_unlock", OBJECT);
        arrive = library.function("krg_barrier_wait", FunctionDescriptor.of(INT, place, LONG, INT));
        load = library.function("krg_atomic_load", FunctionDescriptor.of(INT, place, LONG, place));
        add = library.function("krg_atomic_add", WORD);
        exchange = library.function("krg_atomic_exchange", WORD);
        compareExchange =
                library.function(
                        "krg_atomic_compare_exchange",
                        FunctionDescriptor.of(INT, place, LONG, place, LONG));
    }

    /// {@return the error number that a call about an object answers}
    static int object(MethodHandle call, MemorySegment handle, long number) {
        return LibKrg.call(state -> (int) call.invokeExact(state, handle, number));
    }
}
