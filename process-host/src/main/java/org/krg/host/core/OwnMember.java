// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;

/// As which member this node stands, by what its agent has seen of the agreed state. Immutable.
///
/// What is seen comes by two ways, of which one is behind the other: the steps of the state one
/// after the other, and the state as it is when the lease is renewed. What is not newer than what
/// was seen before says nothing.
///
/// @param knownFrom the oldest state that may be acted on under the lease; none may before it is
///   held
/// @param seen the newest state that was seen
/// @param present empty while the node has not registered, or was declared lost
public record OwnMember(
        NodeId self, Optional<Revision> knownFrom, Revision seen, Optional<Member> present) {
    /// {@return how a node stands whose agent has just started}
    public static OwnMember unregistered(NodeId self) {
        return new OwnMember(self, Optional.empty(), Revision.ZERO, Optional.empty());
    }

    /// {@return how it stands when it holds the lease, and the state is `image` now} Before it did,
    /// a row of an earlier run of the agent may have been what the replica knew.
    public OwnMember leased(OwnLease lease, ClusterImage image) {
        var from = Optional.of(lease.knownFrom());
        var newest = image.revision().compareTo(seen) >= 0;
        var held = new OwnMember(self, from, seen, present);
        return newest ? held.following(image) : held;
    }

    /// {@return how it stands after a step of the state that led to `image`}
    public OwnMember changed(ClusterImage image) {
        return image.revision().compareTo(seen) > 0 ? following(image) : this;
    }

    /// {@return whether what was seen is new enough to be acted on under the lease}
    public boolean isCurrent() {
        return knownFrom.filter(from -> seen.compareTo(from) >= 0).isPresent();
    }

    private OwnMember following(ClusterImage image) {
        var row = image.nodes().find(self);
        var still = present.filter(member -> row.filter(it -> !member.isGone(it)).isPresent());
        var isCurrent = knownFrom.filter(from -> image.revision().compareTo(from) >= 0).isPresent();
        var next =
                still.isPresent() || !isCurrent
                        ? still
                        : row.filter(it -> !Member.of(it).isGone(it)).map(Member::of);
        return new OwnMember(self, knownFrom, image.revision(), next);
    }
}
