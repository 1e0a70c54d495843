// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Gives those who ask for the same at one time one outcome: the first one does it, the others wait
/// for that. Safe for use from any thread.
public final class SharedOutcomes<K, T> {
    private final ConcurrentHashMap<K, CompletableFuture<T>> underWay = new ConcurrentHashMap<>();

    /// {@return what `work` gives, or what it gives whoever does it for `key` now} Throws what that
    /// throws; whoever waited gets it in a [java.util.concurrent.CompletionException]. Blocks.
    public T of(K key, Supplier<T> work) {
        var own = new CompletableFuture<T>();
        var first = underWay.putIfAbsent(key, own);
        if (first != null) {
            return first.join();
        }
        try {
            var outcome = work.get();
            own.complete(outcome);
            return outcome;
        } catch (RuntimeException | Error failure) {
            own.completeExceptionally(failure);
            throw failure;
        } finally {
            underWay.remove(key, own);
        }
    }
}
