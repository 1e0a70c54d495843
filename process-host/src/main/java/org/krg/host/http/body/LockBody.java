// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.LeaseId;
import org.krg.state.model.key.Bytes;

/// The body of a request for a lock.
///
/// @param value of the lock's key: who waits, for others to read
public record LockBody(
        @Nullable String name,
        @Nullable Long lease,
        @Nullable String value,
        @Nullable BigDecimal waitSeconds) {
    private static final Duration USUAL = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofSeconds(60);

    /// {@return the name of the lock}
    public Bytes line() {
        var given = Values.require("name", name);
        if (given.isEmpty()) {
            throw Bodies.wrong("name", "is empty");
        }
        return Bytes.of(given);
    }

    /// {@return the lease that the lock is held by}
    public LeaseId holder() {
        return new LeaseId(Values.require("lease", lease));
    }

    /// {@return the value of the lock's key}
    public Bytes content() {
        return Bytes.of(Values.or(value, ""));
    }

    /// {@return how long the answer may wait for the lock}
    public Duration patience() {
        var wish = Values.duration("waitSeconds", waitSeconds, USUAL);
        return wish.compareTo(MOST) < 0 ? wish : MOST;
    }
}
