// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A counting semaphore of a segment, 0 at first, 32767 at most. What is taken is nobody's: any
/// thread may give it back; what is [held][#hold] its process gives back when it ends.
public final class SharedSemaphore {
    private final SegmentObjects objects;
    private final SemaphoreCalls calls;
    private final long number;

    SharedSemaphore(SegmentObjects objects, long number) {
        this.objects = objects;
        this.calls = new SemaphoreCalls(objects);
        this.number = number;
    }

    /// What is taken until it is closed, or the process ends. Closing it gives it back, once.
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /// What a semaphore is at one moment.
    ///
    /// @param waitingForMore threads that wait to take some
    /// @param waitingForZero threads that wait for zero
    public record State(int value, int waitingForMore, int waitingForZero) {}

    /// Waits until there are so many and takes them.
    public void acquire(int amount) {
        calls.adjust(List.of(SemaphoreStep.take(number, amount)));
    }

    /// {@return whether there were so many; they are taken then}
    public boolean tryAcquire(int amount) {
        return calls.tryAdjust(List.of(SemaphoreStep.take(number, amount)));
    }

    /// {@return whether there were so many in time; they are taken then}
    public boolean tryAcquire(int amount, Duration patience) {
        return calls.tryAdjust(List.of(SemaphoreStep.take(number, amount)), patience);
    }

    /// Gives so many.
    public void release(int amount) {
        calls.adjust(List.of(SemaphoreStep.give(number, amount)));
    }

    /// Waits until there is nothing.
    public void awaitZero() {
        calls.adjust(List.of(SemaphoreStep.zero(number)));
    }

    /// Waits until there are so many and takes them, until it is closed or the process ends.
    public Held hold(int amount) {
        calls.adjust(List.of(SemaphoreStep.take(number, amount).undone()));
        return held(amount);
    }

    /// {@return so many, if there are in time}
    public Optional<Held> tryHold(int amount, Duration patience) {
        var steps = List.of(SemaphoreStep.take(number, amount).undone());
        return calls.tryAdjust(steps, patience) ? Optional.of(held(amount)) : Optional.empty();
    }

    private Held held(int amount) {
        return new HeldPermits(
                () -> calls.adjust(List.of(SemaphoreStep.give(number, amount).undone())));
    }

    private static final class HeldPermits implements Held {
        private final Runnable giveBack;
        private boolean isClosed;

        HeldPermits(Runnable giveBack) {
            this.giveBack = giveBack;
        }

        @Override
        public synchronized void close() {
            if (!isClosed) {
                isClosed = true;
                giveBack.run();
            }
        }
    }

    /// Makes it so many; nothing done before is undone any more.
    public void set(int value) {
        CallFailed.check(
                "krg_sem_set",
                LibKrg.call(state ->
                        (int)
                                objects.calls()
                                        .setSemaphore
                                        .invokeExact(
                                                state, objects.handle().get(), number, value)));
    }

    /// {@return what it is}
    public State get() {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(ValueLayout.JAVA_INT);
            var more = arena.allocate(ValueLayout.JAVA_INT);
            var zero = arena.allocate(ValueLayout.JAVA_INT);
            CallFailed.check(
                    "krg_sem_get",
                    LibKrg.call(state ->
                            (int)
                                    objects.calls()
                                            .readSemaphore
                                            .invokeExact(
                                                    state,
                                                    objects.handle().get(),
                                                    number,
                                                    value,
                                                    more,
                                                    zero)));
            return new State(
                    value.get(ValueLayout.JAVA_INT, 0),
                    more.get(ValueLayout.JAVA_INT, 0),
                    zero.get(ValueLayout.JAVA_INT, 0));
        }
    }
}
