// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The functions of `libkrg` about the objects of a segment.
final class ObjectCalls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final FunctionDescriptor OBJECT =
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG);
    private static final FunctionDescriptor OBJECT_AND_PLACE =
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS);
    private static final FunctionDescriptor WORD =
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, LONG, ValueLayout.ADDRESS);

    // int krg_mutex_lock(struct krg_segment *, uint64_t); and so on
    final MethodHandle lock;
    final MethodHandle tryLock;
    final MethodHandle unlock;
    final MethodHandle consistent;
    final MethodHandle readLock;
    final MethodHandle tryReadLock;
    final MethodHandle writeLock;
    final MethodHandle tryWriteLock;
    final MethodHandle unlockReadWrite;
    final MethodHandle signal;
    final MethodHandle broadcast;
    final MethodHandle reset;
    // int krg_mutex_timedlock(struct krg_segment *, uint64_t, const struct timespec *); and so on
    final MethodHandle timedLock;
    final MethodHandle timedReadLock;
    final MethodHandle timedWriteLock;
    // int krg_barrier_wait(struct krg_segment *, uint64_t, unsigned);
    final MethodHandle arrive;
    // int krg_cond_wait(struct krg_segment *, uint64_t, uint64_t);
    final MethodHandle await;
    // int krg_cond_timedwait(struct krg_segment *, uint64_t, uint64_t, const struct timespec *);
    final MethodHandle timedAwait;
    // int krg_once_begin(struct krg_segment *, uint64_t, bool *);
    final MethodHandle beginOnce;
    // int krg_once_end(struct krg_segment *, uint64_t, bool);
    final MethodHandle endOnce;
    // int krg_sem_op(struct krg_segment *, const struct krg_sem_op *, size_t, const struct timespec
    // *);
    final MethodHandle adjust;
    // int krg_sem_set(struct krg_segment *, uint64_t, int);
    final MethodHandle setSemaphore;
    // int krg_sem_get(struct krg_segment *, uint64_t, int *, unsigned *, unsigned *);
    final MethodHandle readSemaphore;
    // int krg_atomic_load(struct krg_segment *, uint64_t, uint64_t *);
    final MethodHandle load;
    // int krg_atomic_add(struct krg_segment *, uint64_t, uint64_t, uint64_t *);
    final MethodHandle add;
    // int krg_atomic_exchange(struct krg_segment *, uint64_t, uint64_t, uint64_t *);
    final MethodHandle exchange;
    // int krg_atomic_compare_exchange(struct krg_segment *, uint64_t, uint64_t *, uint64_t);
    final MethodHandle compareExchange;

    ObjectCalls(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        lock = library.function("krg_mutex_lock", OBJECT);
        tryLock = library.function("krg_mutex_trylock", OBJECT);
        unlock = library.function("krg_mutex_unlock", OBJECT);
        consistent = library.function("krg_mutex_consistent", OBJECT);
        readLock = library.function("krg_rwlock_rdlock", OBJECT);
        tryReadLock = library.function("krg_rwlock_tryrdlock", OBJECT);
        writeLock = library.function("krg_rwlock_wrlock", OBJECT);
        tryWriteLock = library.function("krg_rwlock_trywrlock", OBJECT);
        unlockReadWrite = library.function("krg_rwlock_unlock", OBJECT);
        signal = library.function("krg_cond_signal", OBJECT);
        broadcast = library.function("krg_cond_broadcast", OBJECT);
        reset = library.function("krg_reset", OBJECT);
        timedLock = library.function("krg_mutex_timedlock", OBJECT_AND_PLACE);
        timedReadLock = library.function("krg_rwlock_timedrdlock", OBJECT_AND_PLACE);
        timedWriteLock = library.function("krg_rwlock_timedwrlock", OBJECT_AND_PLACE);
        arrive = library.function("krg_barrier_wait", FunctionDescriptor.of(INT, place, LONG, INT));
        await = library.function("krg_cond_wait", FunctionDescriptor.of(INT, place, LONG, LONG));
        timedAwait = library.function("krg_cond_timedwait", WORD);
        beginOnce = library.function("krg_once_begin", OBJECT_AND_PLACE);
        endOnce =
                library.function(
                        "krg_once_end",
                        FunctionDescriptor.of(INT, place, LONG, ValueLayout.JAVA_BOOLEAN));
        adjust =
                library.function(
                        "krg_sem_op", FunctionDescriptor.of(INT, place, place, LONG, place));
        setSemaphore =
                library.function("krg_sem_set", FunctionDescriptor.of(INT, place, LONG, INT));
        readSemaphore =
                library.function(
                        "krg_sem_get",
                        FunctionDescriptor.of(INT, place, LONG, place, place, place));
        load = library.function("krg_atomic_load", OBJECT_AND_PLACE);
        add = library.function("krg_atomic_add", WORD);
        exchange = library.function("krg_atomic_exchange", WORD);
        compareExchange =
                library.function(
                        "krg_atomic_compare_exchange",
                        FunctionDescriptor.of(INT, place, LONG, place, LONG));
    }
}
