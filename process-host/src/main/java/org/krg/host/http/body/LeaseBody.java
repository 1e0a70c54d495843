// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.model.LeaseId;

/// The body of a request for a lease.
public record LeaseBody(
        @Nullable BigDecimal ttlSeconds, @Nullable String holder, @Nullable Long id) {
    /// {@return the request it stands for}
    ///
    /// @param caller holds it where nothing is said
    public GrantLease grant(String caller) {
        return new GrantLease(
                new LeaseId(Values.or(id, 0L)),
                Values.or(holder, caller),
                Values.duration(
                        "ttlSeconds", Values.require("ttlSeconds", ttlSeconds), Duration.ZERO));
    }
}
