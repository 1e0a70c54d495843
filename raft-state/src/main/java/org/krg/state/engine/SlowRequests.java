// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Tells which requests to the state took long: all are counted, one a second at most is told. Safe
/// for use from any thread.
public final class SlowRequests {
    /// A healthy cluster answers in milliseconds; an election takes longer than this.
    public static final Duration LIMIT = Duration.ofMillis(500);

    private static final long BETWEEN = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<String> tell;
    private final LongSupplier nanoTime;
    private final Meter slow;
    private final AtomicLong told;
    private final AtomicLong untold = new AtomicLong();

    /// @param tell takes a line about a slow request
    /// @param nanoTime as [System#nanoTime]
    public SlowRequests(Consumer<String> tell, LongSupplier nanoTime, MetricRegistry metrics) {
        this.tell = tell;
        this.nanoTime = nanoTime;
        this.slow = metrics.meter("krg.state.slow_requests");
        this.told = new AtomicLong(nanoTime.getAsLong() - BETWEEN);
    }

    /// {@return `request`, which begins now}
    ///
    /// @param what the request does, a few words
    public <T> CompletableFuture<T> watch(String what, CompletableFuture<T> request) {
        var began = nanoTime.getAsLong();
        return request.whenComplete((_, failed) -> look(what, began, failed != null));
    }

    private void look(String what, long began, boolean failed) {
        var now = nanoTime.getAsLong();
        if (now - began <= LIMIT.toNanos()) {
            return;
        }
        slow.mark();
        var last = told.get();
        if (now - last < BETWEEN || !told.compareAndSet(last, now)) {
            untold.incrementAndGet();
            return;
        }
        var millis = TimeUnit.NANOSECONDS.toMillis(now - began);
        tell.accept(
                "slow request what=%s millis=%d failed=%s untold=%d"
                        .formatted(what, millis, failed, untold.getAndSet(0)));
    }
}
