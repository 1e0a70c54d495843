// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Duration;
import org.krg.state.model.LeaseId;

/// Requests about users' leases. Renewals are not commands: the leader measures them.
public sealed interface LeaseCommand extends Command {
    /// Grants a lease. Creates a [LeaseId]; the fencing token is the revision of the reply.
    ///
    /// @param id positive; 0 when the store picks one
    record GrantLease(LeaseId id, String holder, Duration ttl) implements LeaseCommand {
        /// A grant with a number that the store picks.
        public GrantLease(String holder, Duration ttl) {
            this(new LeaseId(0), holder, ttl);
        }
    }

    /// Its holder gives it back. Its keys go with it, at the same revision.
    record RevokeLease(LeaseId lease) implements LeaseCommand {}

    /// The leader saw it end. Its keys go with it, at the same revision.
    ///
    /// @param token of the lease that was seen: one that was granted anew with the same number goes
    ///   on; 0 in entries written before it was told, and any will do
    record ExpireLease(LeaseId lease, long token) implements LeaseCommand {}
}
