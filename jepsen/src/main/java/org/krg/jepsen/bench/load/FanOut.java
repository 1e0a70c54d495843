// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Writers whose every change is seen by all watchers before the next: how many changes arrive and
/// how long after the write was sent. Guarded by its monitor, as watchers may have threads of their
/// own.
public final class FanOut {
    /// Changes under way at once, each of another key.
    private static final int WRITERS = 8;

    private final List<? extends Connection> connections;
    private final int watchers;
    private final Window window;
    private final Latencies latencies = new Latencies();
    private final long[] sentNanos = new long[WRITERS];
    private final int[] outstanding = new int[WRITERS];
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private int active = WRITERS;
    private long failures;
    private @Nullable String failure;

    private FanOut(List<? extends Connection> connections, int watchers, Window window) {
        this.connections = connections;
        this.watchers = watchers;
        this.window = window;
    }

    /// Watches and writes for `warmUp` without counting and then for `length`.
    ///
    /// @param watching connections that the watchers use, and nobody else: closing them ends them
    public static Outcome run(
            List<? extends Connection> connections,
            List<? extends Connection> watching,
            int watchers,
            Duration warmUp,
            Duration length)
            throws InterruptedException {
        var fanOut = new FanOut(connections, watchers, Window.after(warmUp, length));
        var established = new ArrayList<Waiting.Pending>();
        for (var i = 0; i < watchers; i++) {
            var connection = watching.get(i % watching.size());
            var pending = Waiting.pending();
            connection.execute(() -> connection.watch(fanOut::seen, pending));
            established.add(pending);
        }
        for (var pending : established) {
            Waiting.on(pending.future(), Waiting.CALL);
        }
        for (var i = 0; i < WRITERS; i++) {
            fanOut.write(i);
        }
        Waiting.on(fanOut.idle, warmUp.plus(length).plus(Waiting.CALL));
        return fanOut.outcome(length);
    }

    private synchronized Outcome outcome(Duration length) {
        return new Outcome(latencies, length, failures, failure);
    }

    private synchronized void write(int key) {
        sentNanos[key] = System.nanoTime();
        // The answer of the write counts like a watcher.
        outstanding[key] = watchers + 1;
        var connection = connections.get(key % connections.size());
        connection.execute(() -> connection.mark(key, why -> written(key, why)));
    }

    private synchronized void written(int key, @Nullable String why) {
        if (why == null) {
            arrived(key, System.nanoTime());
        } else {
            failures++;
            failure = why;
            leave();
        }
    }

    private synchronized void seen(int key) {
        var now = System.nanoTime();
        if (window.contains(now)) {
            latencies.record(now - sentNanos[key]);
        }
        arrived(key, now);
    }

    private void arrived(int key, long now) {
        outstanding[key]--;
        if (outstanding[key] > 0) {
            return;
        }
        if (window.isOver(now)) {
            leave();
        } else {
            write(key);
        }
    }

    private void leave() {
        active--;
        if (active == 0) {
            idle.complete(null);
        }
    }
}
