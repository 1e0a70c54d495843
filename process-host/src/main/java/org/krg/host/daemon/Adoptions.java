// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.host.TakeOver;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// Takes pages of nodes that end, until this one ends itself. Safe for use from any thread.
final class Adoptions {
    /// Who asks is answered before it gives up.
    private static final Duration FETCH_LIMIT = Duration.ofSeconds(3);

    /// The other agent is back by then.
    private static final Duration HOLD = Duration.ofSeconds(60);

    private static final Duration HOLD_AGAIN = Duration.ofSeconds(10);

    private final Supplier<@Nullable SharedMemory> present;
    private final ReadWriteLock staying = new ReentrantReadWriteLock();
    private boolean isLeaving;

    /// When a segment without a name was last held, nanoseconds.
    private final Map<SegmentId, Long> held = new HashMap<>();

    Adoptions(Supplier<@Nullable SharedMemory> present) {
        this.present = present;
    }

    /// Takes nothing more. Returns when nothing is being taken.
    void end() {
        staying.writeLock().lock();
        try {
            isLeaving = true;
        } finally {
            staying.writeLock().unlock();
        }
    }

    /// Blocks for some seconds at most.
    TakeOver.Answer take(TakeOver question) {
        if (!staying.readLock().tryLock()) {
            return new TakeOver.Answer.Declines("its agent ends");
        }
        try {
            var memory = present.get();
            if (isLeaving || memory == null) {
                return new TakeOver.Answer.Declines(
                        isLeaving ? "its agent ends" : "it has not registered yet");
            }
            return new TakeOver.Answer.Takes(take(memory, question));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new TakeOver.Answer.Declines("its agent ends");
        } catch (HostFailure refused) {
            return new TakeOver.Answer.Declines(String.valueOf(refused.getMessage()));
        } finally {
            staying.readLock().unlock();
        }
    }

    private int take(SharedMemory memory, TakeOver question) throws InterruptedException {
        var found = memory.find(question.block().segment());
        if (found.isEmpty()) {
            return 0;
        }
        if (found.get().removed()) {
            holdForAWhile(memory, found.get());
        }
        return question.pages().isEmpty()
                ? 0
                : memory.take(found.get(), question.block(), question.pages(), FETCH_LIMIT);
    }

    private synchronized void holdForAWhile(SharedMemory memory, Segment segment) {
        var now = System.nanoTime();
        var last = held.get(segment.id());
        if (last != null && now - last < HOLD_AGAIN.toNanos()) {
            return;
        }
        var handle = memory.hold(segment);
        held.put(segment.id(), now);
        CompletableFuture.delayedExecutor(HOLD.toSeconds(), TimeUnit.SECONDS)
                .execute(handle::close);
    }
}
