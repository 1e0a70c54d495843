// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// A node between two registrations of its agent. Whatever an agent only remembers belongs to a
/// member, and is gone with it.
///
/// @param run [Node#agentStarts] of the registration
public record Member(NodeId node, long run) implements Comparable<Member> {
    private static final Comparator<Member> ORDER =
            Comparator.comparing(Member::node).thenComparingLong(Member::run);

    /// {@return the member that a node is now, whether it holds its lease or not}
    public static Member of(Node node) {
        return new Member(node.id(), node.agentStarts());
    }

    /// {@return whether this member is over, as the row of its node says}
    public boolean isGone(Node now) {
        return now.state() == Node.State.LOST || now.agentStarts() != run;
    }

    @Override
    public int compareTo(Member other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return node + "#" + run;
    }
}
