// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
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
/// A lease that is over makes no member: the cluster may have declared the node lost meanwhile.
///
/// @param lease as it was renewed last
/// @param seen the newest state that was seen
/// @param present empty while the node has not registered, or was declared lost
public record OwnMember(NodeId self, OwnLease lease, Revision seen, Optional<Member> present) {
    /// {@return how a node stands whose agent has just started}
    public static OwnMember unregistered(NodeId self) {
        return new OwnMember(self, OwnLease.NONE, Revision.ZERO, Optional.empty());
    }

    /// {@return how it stands when its lease was renewed, and the state is `image` now} Before it
    /// was, a row of an earlier run of the agent may have been what the replica knew.
    public OwnMember leased(OwnLease renewed, ClusterImage image, Duration now) {
        var newest = image.revision().compareTo(seen) >= 0;
        var held = new OwnMember(self, renewed, seen, present);
        return newest ? held.following(image, now) : held;
    }

    /// {@return how it stands after a step of the state that led to `image`}
    public OwnMember changed(ClusterImage image, Duration now) {
        return image.revision().compareTo(seen) > 0 ? following(image, now) : this;
    }

    /// {@return whether what was seen may be acted on under the lease}
    public boolean isCurrent(Duration now) {
        return lease.stands(now, seen);
    }

    private OwnMember following(ClusterImage image, Duration now) {
        var row = image.nodes().find(self);
        var still = present.filter(member -> row.filter(it -> !member.isGone(it)).isPresent());
        var next =
                still.isPresent() || !lease.stands(now, image.revision())
                        ? still
                        : row.filter(it -> !Member.of(it).isGone(it)).map(Member::of);
        return new OwnMember(self, lease, image.revision(), next);
    }
}
