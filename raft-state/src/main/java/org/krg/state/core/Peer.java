// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import org.krg.state.model.NodeId;
import org.krg.state.model.Role;

/// A member of the Raft group as its leader sees it.
///
/// @param role what it is in the group's configuration
/// @param alive whether it answered lately
/// @param lag log entries it is behind the leader
public record Peer(NodeId node, long incarnation, Role role, boolean alive, long lag) {
    boolean isVoter() {
        return role == Role.VOTER;
    }
}
