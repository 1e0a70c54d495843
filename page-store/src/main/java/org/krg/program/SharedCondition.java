// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.time.Duration;

/// A condition of a segment: where threads that hold a mutex of the segment wait without it, until
/// another thread signals. Without spurious wake-ups. For platform threads.
public final class SharedCondition {
    private final SegmentObjects objects;
    private final long number;

    SharedCondition(SegmentObjects objects, long number) {
        this.objects = objects;
        this.number = number;
    }

    /// Lets the mutex go, waits for a signal, and has the mutex again. It may be abandoned by then.
    public void await(HeldLock mutex) {
        SegmentObjects.requireThread();
        var calls = objects.calls();
        var error =
                LibKrg.call(state ->
                        (int)
                                calls.await.invokeExact(
                                        state, objects.handle().get(), number, mutex.number()));
        if (error != SegmentObjects.OWNER_DEAD) {
            CallFailed.check("krg_cond_wait", error);
        }
        mutex.gotBack(error == SegmentObjects.OWNER_DEAD);
    }

    /// As [#await(HeldLock)], for so long at most.
    ///
    /// @return whether it was signalled; the mutex is there again in any case. An abandoned mutex
    ///   is told instead of the end of the time, as in C
    public boolean await(HeldLock mutex, Duration patience) {
        SegmentObjects.requireThread();
        var calls = objects.calls();
        try (var arena = Arena.ofConfined()) {
            var limit = Timespec.in(arena, patience);
            var error =
                    LibKrg.call(state ->
                            (int)
                                    calls.timedAwait.invokeExact(
                                            state,
                                            objects.handle().get(),
                                            number,
                                            mutex.number(),
                                            limit));
            if (error != SegmentObjects.OWNER_DEAD && error != SegmentObjects.ETIMEDOUT) {
                CallFailed.check("krg_cond_timedwait", error);
            }
            mutex.gotBack(error == SegmentObjects.OWNER_DEAD);
            return error != SegmentObjects.ETIMEDOUT;
        }
    }

    /// Lets the thread go on that has waited longest.
    public void signal() {
        objects.require("krg_cond_signal", objects.calls().signal, number);
    }

    /// Lets all go on that wait.
    public void signalAll() {
        objects.require("krg_cond_broadcast", objects.calls().broadcast, number);
    }
}
