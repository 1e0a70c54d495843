// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.krg.checkpoint.Pace;

/// Lets so many bytes be read in a second, on average; what was not read in time is not made up
/// for. Used by one thread.
final class ReadingPace implements Pace {
    /// Shorter waits are put together.
    private static final Duration LEAST_WAIT = Duration.ofMillis(50);

    private final long bytesPerSecond;
    private final Ticker ticker;
    private final Waiting waiting;
    private Duration due;

    /// Waits, or learns that there is no more to be done.
    interface Waiting {
        /// {@return whether it goes on afterwards}
        boolean await(Duration time);
    }

    ReadingPace(long bytesPerSecond, Ticker ticker, Waiting waiting) {
        this.bytesPerSecond = bytesPerSecond;
        this.ticker = ticker;
        this.waiting = waiting;
        this.due = ticker.now();
    }

    /// @throws CancellationException if no more is to be read
    @Override
    public void read(int bytes) {
        var now = ticker.now();
        if (due.compareTo(now) < 0) {
            due = now;
        }
        due = due.plusNanos(Math.multiplyExact(bytes, 1_000_000_000L) / bytesPerSecond);
        var ahead = due.minus(now);
        if (ahead.compareTo(LEAST_WAIT) >= 0 && !waiting.await(ahead)) {
            throw new CancellationException("the agent stops");
        }
    }
}
