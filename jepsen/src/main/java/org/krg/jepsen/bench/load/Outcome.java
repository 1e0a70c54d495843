// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one measurement saw.
///
/// @param failures how many calls failed
/// @param failure why one of them did
public record Outcome(
        Latencies latencies, Duration length, long failures, @Nullable String failure) {

    /// {@return how many calls succeeded in a second}
    public double perSecond() {
        return latencies.count() * 1e9 / length.toNanos();
    }

    static Outcome of(Iterable<Lane> lanes, Duration length) {
        var all = new Latencies();
        var failures = 0L;
        @Nullable String failure = null;
        for (var lane : lanes) {
            all.add(lane.latencies);
            failures += lane.failures;
            failure = lane.failure == null ? failure : lane.failure;
        }
        return new Outcome(all, length, failures, failure);
    }
}
