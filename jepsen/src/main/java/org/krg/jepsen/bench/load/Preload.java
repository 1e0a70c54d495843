// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;

/// Makes all keys, many in one transaction.
public final class Preload {
    /// etcd takes at most 128 operations in a transaction.
    private static final int KEYS_AT_ONCE = 100;

    /// Transactions under way on one connection.
    private static final int UNDER_WAY = 4;

    private static final Duration LIMIT = Duration.ofHours(1);

    private final long keys;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong made = new AtomicLong();
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private final LongConsumer progress;

    private Preload(long keys, LongConsumer progress) {
        this.keys = keys;
        this.progress = progress;
    }

    /// Makes keys 0 to `keys` - 1.
    ///
    /// @param progress is told now and then how many there are
    public static void run(List<? extends Connection> connections, long keys, LongConsumer progress)
            throws InterruptedException {
        var preload = new Preload(keys, progress);
        for (var connection : connections) {
            for (var i = 0; i < UNDER_WAY; i++) {
                connection.execute(() -> preload.create(connection));
            }
        }
        Waiting.on(preload.all, LIMIT);
    }

    private void create(Connection connection) {
        var first = next.getAndAdd(KEYS_AT_ONCE);
        if (first < keys) {
            var count = (int) Math.min(KEYS_AT_ONCE, keys - first);
            connection.create(first, count, failure -> created(connection, count, failure));
        }
    }

    private void created(Connection connection, int count, @Nullable String failure) {
        if (failure != null) {
            all.completeExceptionally(new CampaignFailed("cannot make keys: " + failure));
            return;
        }
        var now = made.addAndGet(count);
        progress.accept(now);
        if (now == keys) {
            all.complete(null);
        } else {
            create(connection);
        }
    }
}
