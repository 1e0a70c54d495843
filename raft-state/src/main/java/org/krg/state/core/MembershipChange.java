// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import org.krg.state.model.NodeId;

/// A change of who the members of the Raft group are and which of them vote.
public sealed interface MembershipChange {
    /// Listeners become voters and voters become listeners, all together or not at all.
    ///
    /// @param promoted listeners that vote afterwards
    /// @param demoted voters that only listen afterwards
    record Reassign(List<NodeId> promoted, List<NodeId> demoted) implements MembershipChange {
        public Reassign {
            promoted = List.copyOf(promoted);
            demoted = List.copyOf(demoted);
        }
    }

    /// A member leaves.
    record Remove(NodeId node) implements MembershipChange {}

    /// A voter leaves and a listener takes its vote, in one step.
    record Replace(NodeId gone, NodeId by) implements MembershipChange {}

    /// {@return the change that makes listeners voters}
    static MembershipChange promote(NodeId... nodes) {
        return new Reassign(List.of(nodes), List.of());
    }

    /// {@return the change that makes voters listeners}
    static MembershipChange demote(NodeId... nodes) {
        return new Reassign(List.of(), List.of(nodes));
    }
}
