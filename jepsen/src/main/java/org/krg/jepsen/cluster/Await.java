// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.tools.http.ApiFailure;

/// Waits for what comes true by itself, never longer than said.
public final class Await {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private Await() {}

    /// Waits until `holds`. An agent that does not answer means "not yet".
    ///
    /// @param what completes the sentence "waited 20 s for ..."
    /// @throws CampaignFailed if it does not within `limit`
    public static void until(String what, Duration limit, BooleanSupplier holds) {
        var _ =
                first(
                        what,
                        limit,
                        () -> holds.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /// {@return the first thing that `look` finds}
    ///
    /// @param what completes the sentence "waited 20 s for ..."
    /// @throws CampaignFailed if it finds nothing within `limit`
    public static <T> T first(String what, Duration limit, Supplier<Optional<T>> look) {
        var deadline = System.nanoTime() + limit.toNanos();
        @Nullable ApiFailure last = null;
        do {
            try {
                var found = look.get();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (ApiFailure notYet) {
                last = notYet;
            }
            pause(BETWEEN_LOOKS);
        } while (System.nanoTime() < deadline);
        throw last == null
                ? new CampaignFailed("waited " + limit.toSeconds() + " s for " + what)
                : new CampaignFailed("waited " + limit.toSeconds() + " s for " + what, last);
    }

    /// Waits until `count` has grown by `more`, which takes the time it takes while it grows at
    /// all.
    ///
    /// @param what completes the sentence "waited 20 s for ..."
    /// @throws CampaignFailed if it stands still for `limit`
    public static void growth(String what, Duration limit, LongSupplier count, long more) {
        var enough = count.getAsLong() + more;
        while (count.getAsLong() < enough) {
            var now = count.getAsLong();
            until(what + ", which stands at " + now, limit, () -> count.getAsLong() > now);
        }
    }

    /// Lets time pass between two acts of a campaign.
    ///
    /// @throws CampaignFailed if the thread is interrupted, which is over with that: what cleans up
    ///   afterwards waits, too
    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stop) {
            throw new CampaignFailed("interrupted", stop);
        }
    }
}
