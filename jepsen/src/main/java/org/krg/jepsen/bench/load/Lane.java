// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What the clients of one connection have in common: the answers they got. Owned by the connection
/// until it is idle.
final class Lane {
    /// A client whose call failed does not add to the trouble at once.
    static final Duration PAUSE = Duration.ofMillis(10);

    final Connection connection;
    final Window window;
    final Latencies latencies = new Latencies();
    final CompletableFuture<Void> idle = new CompletableFuture<>();
    long failures;
    @Nullable String failure;
    private int active;

    Lane(Connection connection, Window window) {
        this.connection = connection;
        this.window = window;
    }

    /// A client begins.
    void enter() {
        active++;
    }

    /// A client stops.
    void leave() {
        active--;
        if (active == 0) {
            idle.complete(null);
        }
    }

    /// Notes an answer that just came.
    void note(long sentNanos, long nowNanos, @Nullable String why) {
        if (!window.contains(nowNanos)) {
            return;
        }
        if (why == null) {
            latencies.record(nowNanos - sentNanos);
        } else {
            failures++;
            failure = why;
        }
    }
}
