// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;

/// Writes through the servers that are left, one write after the other without waiting for answers,
/// until one is acknowledged.
public final class FailOver {
    /// Between two writes to a server: short against any election.
    private static final Duration BETWEEN = Duration.ofMillis(10);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final CompletableFuture<Long> acknowledged = new CompletableFuture<>();

    private FailOver() {}

    /// Kills and returns how long it took until a write that was sent afterwards was acknowledged.
    ///
    /// @param survivors connections to the servers that are not killed
    public static Duration run(List<? extends Connection> survivors, Runnable kill)
            throws InterruptedException {
        var probe = new FailOver();
        kill.run();
        var killed = System.nanoTime();
        survivors.forEach(connection -> connection.execute(() -> probe.write(connection, 0)));
        try {
            return Duration.ofNanos(Waiting.on(probe.acknowledged, LIMIT) - killed);
        } catch (CampaignFailed failed) {
            throw new CampaignFailed(
                    "no write is acknowledged after the leader was killed", failed);
        }
    }

    private void write(Connection connection, long key) {
        if (!acknowledged.isDone()) {
            connection.put(key, this::answered);
            connection.executeAfter(BETWEEN, () -> write(connection, key + 1));
        }
    }

    private void answered(@Nullable String failure) {
        if (failure == null) {
            acknowledged.complete(System.nanoTime());
        }
    }
}
