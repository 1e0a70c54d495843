// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import org.krg.state.model.Revision;

/// The node's lease as its agent holds it. Immutable; times are of the machine's monotonic clock.
///
/// @param deadline up to which exclusive cells may run
/// @param knownFrom the oldest state of the replica that may be acted on under this lease: while
///   the lease was over, assignments may have been taken back
public record OwnLease(Duration deadline, Revision knownFrom) {
    /// Not held.
    public static final OwnLease NONE = new OwnLease(Duration.ZERO, Revision.ZERO);

    /// {@return the lease after a request that was sent at `sent` was granted}
    ///
    /// @param granted when the answer arrived
    /// @param freezeAfter how long a grant lasts from when it was asked for
    /// @param revision of the leader's state when it answered
    public OwnLease renewed(
            Duration sent, Duration granted, Duration freezeAfter, Revision revision) {
        var from = granted.compareTo(deadline) < 0 ? knownFrom : revision;
        var until = sent.plus(freezeAfter);
        return new OwnLease(until.compareTo(deadline) > 0 ? until : deadline, from);
    }

    /// {@return whether the agent may act on a replica of that revision now}
    public boolean stands(Duration now, Revision replica) {
        return now.compareTo(deadline) < 0 && replica.compareTo(knownFrom) >= 0;
    }
}
