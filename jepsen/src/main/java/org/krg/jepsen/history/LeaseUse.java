// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.time.Duration;

/// What was seen of a lease, by the clock of the [Recorder].
public sealed interface LeaseUse {
    long lease();

    /// It was granted or renewed.
    ///
    /// @param called when its holder asked: it lasts at least so much longer
    record Held(long lease, Duration ttl, long called, long returned) implements LeaseUse {}

    /// Somebody saw, at the latest then, that it had ended by itself.
    record Ended(long lease, long seen) implements LeaseUse {}
}
