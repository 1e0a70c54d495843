// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/// A word of 64 bits that all nodes change atomically. What was acknowledged is never lost and
/// never done twice, whatever nodes end. Only a call that fails because the agent ended
/// ([CallFailed#errno] is 112, `EHOSTDOWN`) may or may not have been done.
public final class SharedWord {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int EBUSY = 16;

    private final ObjectCalls calls;
    private final Supplier<MemorySegment> handle;
    private final long number;

    SharedWord(SegmentObjects objects, long number) {
        this.calls = objects.calls();
        this.handle = objects.handle();
        this.number = number;
    }

    /// {@return what it is}
    public long get() {
        return change(
                "krg_atomic_load",
                (state, place) -> (int) calls.load.invokeExact(state, handle.get(), number, place));
    }

    /// Adds to it.
    ///
    /// @return what it was
    public long getAndAdd(long amount) {
        return change(
                "krg_atomic_add",
                (state, place) ->
                        (int) calls.add.invokeExact(state, handle.get(), number, amount, place));
    }

    /// Sets it.
    ///
    /// @return what it was
    public long getAndSet(long value) {
        return change(
                "krg_atomic_exchange",
                (state, place) ->
                        (int)
                                calls.exchange.invokeExact(
                                        state, handle.get(), number, value, place));
    }

    /// Sets it if it is what is expected.
    ///
    /// @return whether it was
    public boolean compareAndSet(long expected, long value) {
        try (var arena = Arena.ofConfined()) {
            var place = arena.allocateFrom(LONG, expected);
            var error =
                    LibKrg.call(state ->
                            (int)
                                    calls.compareExchange.invokeExact(
                                            state, handle.get(), number, place, value));
            if (error != 0 && error != EBUSY) {
                throw new CallFailed("krg_atomic_compare_exchange", error);
            }
            return error == 0;
        }
    }

    private interface Change {
        int make(MemorySegment state, MemorySegment before) throws Throwable;
    }

    private static long change(String name, Change change) {
        try (var arena = Arena.ofConfined()) {
            var before = arena.allocate(LONG);
            var error = LibKrg.call(state -> change.make(state, before));
            if (error != 0) {
                throw new CallFailed(name, error);
            }
            return before.get(LONG, 0);
        }
    }
}
