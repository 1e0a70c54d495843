// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs one action at a time for any number of callers: those that come during a run share the next
/// one, so that what they get began after they asked. Guarded by its monitor.
final class Coalesced<T> {
    private final Supplier<CompletableFuture<T>> action;
    private List<CompletableFuture<T>> waiting = new ArrayList<>();
    private boolean running;

    /// `action` always completes its future.
    Coalesced(Supplier<CompletableFuture<T>> action) {
        this.action = action;
    }

    CompletableFuture<T> next() {
        var answer = new CompletableFuture<T>();
        synchronized (this) {
            waiting.add(answer);
        }
        runIfIdle();
        return answer;
    }

    private void runIfIdle() {
        List<CompletableFuture<T>> served;
        synchronized (this) {
            if (running || waiting.isEmpty()) {
                return;
            }
            running = true;
            served = waiting;
            waiting = new ArrayList<>();
        }
        var _ = action.get().whenComplete((result, failed) -> finish(served, result, failed));
    }

    private void finish(List<CompletableFuture<T>> served, T result, @Nullable Throwable failed) {
        synchronized (this) {
            running = false;
        }
        runIfIdle();
        for (var each : served) {
            if (failed == null) {
                each.complete(result);
            } else {
                each.completeExceptionally(failed);
            }
        }
    }
}
