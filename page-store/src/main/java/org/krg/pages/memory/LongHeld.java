// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Tells what is held for a while from what is held now and then.
final class LongHeld {
    private static final Duration BETWEEN = Duration.ofMillis(100);

    /// The cluster answers, or nobody can tell.
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final Supplier<List<CompletableFuture<List<HeldObject>>>> held;

    LongHeld(Supplier<List<CompletableFuture<List<HeldObject>>>> held) {
        this.held = held;
    }

    /// {@return what was held whenever it was looked at}
    ///
    /// @throws java.util.concurrent.CompletionException if the cluster does not say so
    List<HeldObject> during(Duration limit) {
        var until = System.nanoTime() + limit.toNanos();
        var all = now();
        while (!all.isEmpty() && System.nanoTime() < until) {
            pause();
            all.retainAll(now());
        }
        return List.copyOf(all);
    }

    private Set<HeldObject> now() {
        var now = new LinkedHashSet<HeldObject>();
        for (var answer : new ArrayList<>(held.get())) {
            now.addAll(answer.copy().orTimeout(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS).join());
        }
        return now;
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking", stop);
        }
    }
}
