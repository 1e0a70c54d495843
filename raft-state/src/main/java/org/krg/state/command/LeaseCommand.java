// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Duration;
import org.krg.state.model.LeaseId;

/// Requests about users' leases. Renewals are not commands: the leader measures them.
public sealed interface LeaseCommand extends Command {
    /// Grants a lease. Creates a [LeaseId]; the fencing token is the revision of the reply.
    record GrantLease(String holder, Duration ttl) implements LeaseCommand {}

    /// Its holder gives it back.
    record RevokeLease(LeaseId lease) implements LeaseCommand {}

    /// The leader saw it end.
    record ExpireLease(LeaseId lease) implements LeaseCommand {}
}
