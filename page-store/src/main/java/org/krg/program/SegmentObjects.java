// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Calls about the objects of one segment that is open.
///
/// @param handle fails once the segment is closed
record SegmentObjects(ObjectCalls calls, Supplier<MemorySegment> handle) {
    static final int EAGAIN = 11;
    static final int EBUSY = 16;
    static final int ETIMEDOUT = 110;
    static final int OWNER_DEAD = 130;

    /// A kind of lock, and how it is given back.
    record Kind(String unlockName, MethodHandle unlock) {}

    Kind mutex() {
        return new Kind("krg_mutex_unlock", calls.unlock);
    }

    Kind readWriteLock() {
        return new Kind("krg_rwlock_unlock", calls.unlockReadWrite);
    }

    /// {@return the error number that a call about an object answers}
    private int object(MethodHandle call, long number) {
        return LibKrg.call(state -> (int) call.invokeExact(state, handle.get(), number));
    }

    /// Makes a call about an object.
    ///
    /// @throws CallFailed unless it was done
    void require(String name, MethodHandle call, long number) {
        CallFailed.check(name, object(call, number));
    }

    /// {@return the lock, when this thread has it}
    HeldLock lock(String name, MethodHandle call, Kind kind, long number) {
        requireThread();
        return held(name, object(call, number), kind, number);
    }

    /// {@return the lock if nobody is in the way}
    Optional<HeldLock> tryLock(String name, MethodHandle call, Kind kind, long number) {
        requireThread();
        var error = object(call, number);
        return error == EBUSY ? Optional.empty() : Optional.of(held(name, error, kind, number));
    }

    /// {@return the lock if this thread gets it in time}
    Optional<HeldLock> tryLock(
            String name, MethodHandle call, Kind kind, long number, Duration patience) {
        requireThread();
        try (var arena = Arena.ofConfined()) {
            var limit = Timespec.in(arena, patience);
            var error =
                    LibKrg.call(
                            state -> (int) call.invokeExact(state, handle.get(), number, limit));
            return error == ETIMEDOUT
                    ? Optional.empty()
                    : Optional.of(held(name, error, kind, number));
        }
    }

    private HeldLock held(String name, int error, Kind kind, long number) {
        if (error != OWNER_DEAD) {
            CallFailed.check(name, error);
        }
        return new HeldLock(
                number,
                error == OWNER_DEAD,
                () -> require("krg_mutex_consistent", calls.consistent, number),
                () -> require(kind.unlockName(), kind.unlock(), number));
    }

    /// A virtual thread has no thread of the system for itself.
    static void requireThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "what a thread holds or waits for is for platform threads");
        }
    }
}
