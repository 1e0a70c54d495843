// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.krg.state.ClusterStore.StateHash;

/// Digests of the rows as an entry leaves them that is still to come, so that replicas can be
/// compared while they go on. Guarded by the engine's lock.
final class Digests {
    private final Executor executor;
    private final NavigableMap<Long, CompletableFuture<StateHash>> awaited = new TreeMap<>();

    /// @param executor reads the rows, which may take seconds
    Digests(Executor executor) {
        this.executor = executor;
    }

    /// Completes with the digest after the first entry at or after `index`.
    CompletableFuture<StateHash> after(long index) {
        return awaited.computeIfAbsent(index, _ -> new CompletableFuture<>());
    }

    /// The rows are as the entry at `applied` leaves them. Returns when it is settled that those
    /// who wait get the digest of just these rows.
    void applied(long applied, RowStore rows) {
        var due = awaited.headMap(applied, true);
        if (due.isEmpty()) {
            return;
        }
        var waiting = List.copyOf(due.values());
        due.clear();
        var begun = new CompletableFuture<Void>();
        try {
            executor.execute(() -> digest(rows, waiting, begun));
            begun.join();
        } catch (RejectedExecutionException closing) {
            waiting.forEach(each -> each.completeExceptionally(closing));
        }
    }

    private static void digest(
            RowStore rows,
            List<CompletableFuture<StateHash>> waiting,
            CompletableFuture<Void> begun) {
        try {
            var hash =
                    rows.read(view -> {
                        begun.complete(null);
                        return StoredState.hash(view);
                    });
            waiting.forEach(each -> each.complete(hash));
        } catch (RuntimeException failed) {
            waiting.forEach(each -> each.completeExceptionally(failed));
        } finally {
            begun.complete(null);
        }
    }

    /// Nothing is applied any more.
    void close() {
        awaited.values().forEach(each -> each.completeExceptionally(new RowsClosed()));
        awaited.clear();
    }
}
