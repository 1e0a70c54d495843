// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.cluster.CampaignFailed;

/// Waits for what connections do.
public final class Waiting {
    /// No store keeps a call longer.
    public static final Duration CALL = Duration.ofSeconds(30);

    private Waiting() {}

    /// {@return the value of a future}
    ///
    /// @throws CampaignFailed if it fails or does not come
    public static <T> T on(CompletableFuture<T> future, Duration limit)
            throws InterruptedException {
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            var cause = failed.getCause() == null ? failed : failed.getCause();
            throw new CampaignFailed(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException late) {
            throw new CampaignFailed(
                    "a call is not answered for " + limit.toSeconds() + " s", late);
        }
    }

    /// {@return a future for the end of a call, and what the call is to tell it}
    public static Pending pending() {
        return new Pending(new CompletableFuture<>());
    }

    /// The end of one call.
    public record Pending(CompletableFuture<Void> future) implements Done {
        @Override
        public void done(@Nullable String failure) {
            if (failure == null) {
                future.complete(null);
            } else {
                future.completeExceptionally(new CampaignFailed(failure));
            }
        }
    }
}
