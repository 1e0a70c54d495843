// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;

/// A node that could not bring a process back from a generation, and is not tried again until its
/// agent starts anew or some time has passed.
///
/// @param agentStarts of the node at that time
/// @param times how often in a row, since that start of its agent
/// @param until when it is tried again all the same
/// @param reason what it said, at most [#MAX_REASON] characters
public record UnfitNode(NodeId node, long agentStarts, int times, Instant until, String reason) {
    /// Enough for a cause and what to do about it; there may be one of these for every node.
    public static final int MAX_REASON = 1_024;

    /// The longest time for which a node is not tried. What is to last twice as long was written by
    /// a clock that is far ahead of the reader's, and does not count.
    public static final Duration MAX_PAUSE = Duration.ofMinutes(10);

    /// {@return whether this is still so}
    public boolean holds(Node present, Instant now) {
        return present.id().equals(node)
                && present.agentStarts() == agentStarts
                && now.isBefore(until)
                && !until.isAfter(now.plus(MAX_PAUSE.multipliedBy(2)));
    }
}
