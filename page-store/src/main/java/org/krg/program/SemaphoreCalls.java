// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;

/// Steps on the semaphores of one segment, by `krg_sem_op`.
record SemaphoreCalls(SegmentObjects objects) {
    private static final int EINTR = 4;
    private static final int NO_WAIT = 1;
    private static final int UNDO = 2;

    /// `struct krg_sem_op { uint64_t semaphore; int32_t amount; uint32_t flags; }`
    private static final long STEP_BYTES = 16;

    /// Does all steps at once, however long it takes.
    void adjust(List<SemaphoreStep> steps) {
        try (var arena = Arena.ofConfined()) {
            var packed = pack(arena, steps, 0);
            int error;
            do {
                error = adjust(packed, steps.size(), MemorySegment.NULL);
            } while (error == EINTR);
            CallFailed.check("krg_sem_op", error);
        }
    }

    /// {@return whether all steps could be done at once, and so were}
    boolean tryAdjust(List<SemaphoreStep> steps) {
        try (var arena = Arena.ofConfined()) {
            var packed = pack(arena, steps, NO_WAIT);
            int error;
            do {
                error = adjust(packed, steps.size(), MemorySegment.NULL);
            } while (error == EINTR);
            return isDone(error);
        }
    }

    /// {@return whether all steps were done at once in time}
    boolean tryAdjust(List<SemaphoreStep> steps, Duration patience) {
        var start = System.nanoTime();
        try (var arena = Arena.ofConfined()) {
            var packed = pack(arena, steps, 0);
            int error;
            do {
                var left = patience.minusNanos(System.nanoTime() - start);
                error = adjust(packed, steps.size(), Timespec.of(arena, left));
            } while (error == EINTR);
            return isDone(error);
        }
    }

    private static boolean isDone(int error) {
        if (error != SegmentObjects.EAGAIN) {
            CallFailed.check("krg_sem_op", error);
        }
        return error == 0;
    }

    private static MemorySegment pack(Arena arena, List<SemaphoreStep> steps, int flags) {
        var packed = arena.allocate(Math.max(1, steps.size()) * STEP_BYTES, Long.BYTES);
        var at = 0L;
        for (var step : steps) {
            packed.set(ValueLayout.JAVA_LONG, at, step.semaphore());
            packed.set(ValueLayout.JAVA_INT, at + 8, step.amount());
            packed.set(ValueLayout.JAVA_INT, at + 12, flags | (step.isUndone() ? UNDO : 0));
            at += STEP_BYTES;
        }
        return packed;
    }

    private int adjust(MemorySegment steps, long count, MemorySegment limit) {
        return LibKrg.call(state ->
                (int)
                        objects.calls()
                                .adjust
                                .invokeExact(state, objects.handle().get(), steps, count, limit));
    }
}
