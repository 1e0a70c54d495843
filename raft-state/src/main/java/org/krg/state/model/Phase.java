// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Where a process is in its life. Each phase has its own shape.
public sealed interface Phase {
    /// To be placed by the leader, not before `pause` is over. The leader measures that on its own
    /// monotonic clock from when it hears of it: who said `since` may have had another time.
    record Waiting(Origin origin, Instant since, Duration pause, String reason) implements Phase {
        /// To be placed at once.
        public Waiting(Origin origin, Instant since, String reason) {
            this(origin, since, Duration.ZERO, reason);
        }

        /// {@return when the pause is over, by the clock that `since` is from}
        public Instant notBefore() {
            return since.plus(pause);
        }
    }

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
