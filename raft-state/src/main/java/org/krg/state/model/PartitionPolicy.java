// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What a process does while its node is out of touch with the quorum.
public enum PartitionPolicy {
    /// Exclusive: stands still at the end of the lease; is started elsewhere when the lease is
    /// over.
    STOP,
    /// Goes on; is started elsewhere only when its node is back without it, or is fenced by an
    /// operator.
    CONTINUE
}
