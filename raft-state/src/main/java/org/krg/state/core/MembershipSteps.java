// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;

/// The configurations through which the group gets from one set of voters to another.
///
/// While two configurations count together (joint consensus), Ratis 3.3.0 asks for votes of both
/// but a node that comes to vote has none yet: it gets it with the second configuration alone. So
/// if the leader died then, the voters that stay would have to be a majority of the new ones, or
/// nobody could ever be elected again. Each step here leaves them one; most changes are a single
/// step.
public final class MembershipSteps {
    private MembershipSteps() {}

    /// {@return the members after the next step from `now` to `wanted`, which is the last one when
    /// it equals `wanted`} Voters are added before any is taken away.
    ///
    /// @param wanted the members afterwards, all of which are members now
    public static List<Peer> next(List<Peer> now, List<Peer> wanted) {
        var before = voters(now);
        var entering = new ArrayList<>(voters(wanted));
        entering.removeAll(before);
        var staying = voters(wanted).size() - entering.size();
        if (entering.size() < staying) {
            return wanted;
        }
        // One voter and one more: Ratis lets the first have its way alone meanwhile.
        var most = Math.max(1, before.size() - 1);
        var next = now;
        for (var node : entering.subList(0, Math.min(most, entering.size()))) {
            next = MembershipRules.withRole(next, node, Role.VOTER);
        }
        return next;
    }

    /// {@return whether the members have the wanted parts}
    public static boolean isReached(List<Peer> now, List<Peer> wanted) {
        return roles(now).equals(roles(wanted));
    }

    private static Map<NodeId, Role> roles(List<Peer> peers) {
        var roles = new TreeMap<NodeId, Role>();
        peers.forEach(peer -> roles.put(peer.node(), peer.role()));
        return roles;
    }

    /// {@return the nodes that vote, in the order of the members}
    private static List<NodeId> voters(List<Peer> peers) {
        return peers.stream().filter(Peer::isVoter).map(Peer::node).toList();
    }
}
