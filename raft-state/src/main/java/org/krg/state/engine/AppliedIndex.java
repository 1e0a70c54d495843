// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// How far the log is applied, and who waits for more of it. Guarded by its monitor.
final class AppliedIndex {
    private final Executor executor;
    private final NavigableMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
    private long index = LogPosition.NONE.index();

    AppliedIndex(Executor executor) {
        this.executor = executor;
    }

    /// Completes, on the executor, when the log is applied up to `wanted`.
    synchronized CompletableFuture<Void> reached(long wanted) {
        return wanted <= index
                ? CompletableFuture.completedFuture(null)
                : waiting.computeIfAbsent(wanted, _ -> new CompletableFuture<>());
    }

    synchronized void advance(long applied) {
        index = Math.max(index, applied);
        var due = waiting.headMap(index, true);
        due.values().forEach(each -> executor.execute(() -> each.complete(null)));
        due.clear();
    }
}
