// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;
import java.util.Optional;

/// Where a process is in its life. Each phase has its own shape.
public sealed interface Phase {
    /// To be placed by the leader, not before `notBefore`.
    record Waiting(Origin origin, Instant notBefore, String reason) implements Phase {}

    /// Assigned; the node's agent is bringing it up.
    record Starting(NodeId node, Origin origin, Instant since) implements Phase {}

    /// Runs, or stands frozen, in a cell of the node.
    record Running(NodeId node, Origin origin, Instant since) implements Phase {}

    /// Over. `lastNode` keeps its output; empty when it never had a node.
    record Ended(Outcome outcome, Optional<NodeId> lastNode, Instant at) implements Phase {}

    /// {@return the node that must be hosting the process now}
    default Optional<NodeId> host() {
        return switch (this) {
            case Starting(var node, _, _) -> Optional.of(node);
            case Running(var node, _, _) -> Optional.of(node);
            case Waiting _, Ended _ -> Optional.empty();
        };
    }
}
