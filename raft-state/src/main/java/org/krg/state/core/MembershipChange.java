// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import org.krg.state.model.NodeId;

/// A change of who the members of the Raft group are and which of them vote.
public sealed interface MembershipChange {
    /// A listener becomes a voter.
    record Promote(NodeId node) implements MembershipChange {}

    /// A voter becomes a listener.
    record Demote(NodeId node) implements MembershipChange {}

    /// A member leaves.
    record Remove(NodeId node) implements MembershipChange {}

    /// A voter leaves and a listener takes its vote, in one step.
    record Replace(NodeId gone, NodeId by) implements MembershipChange {}
}
