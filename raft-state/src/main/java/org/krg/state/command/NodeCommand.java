// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.List;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// Requests about nodes.
public sealed interface NodeCommand extends Command {
    /// An agent started: the node holds a lease again. `agentStarts`, `state` and `since` of the
    /// given node are overwritten by the rules. Refused when an older incarnation of the same name
    /// asks.
    ///
    /// @param heldSince the incarnation since which the node has what it has of cells and
    ///   checkpoints: what the ones before it had is lost
    record RegisterNode(Node node, long heldSince, Instant at) implements NodeCommand {
        public RegisterNode {
            if (heldSince > node.incarnation()) {
                throw new IllegalArgumentException(
                        "%s holds nothing since %s".formatted(node.peerId(), heldSince));
            }
        }

        /// Of a node that has nothing of what its earlier incarnations had.
        public RegisterNode(Node node, Instant at) {
            this(node, node.incarnation(), at);
        }

        /// {@return the same at another time}
        public RegisterNode at(Instant time) {
            return new RegisterNode(node, heldSince, time);
        }
    }

    /// The leader saw the node's lease end. Exclusive processes on it wait for another node.
    record DeclareNodeLost(NodeId node, long agentStarts, Instant at) implements NodeCommand {}

    /// An operator vouches that nothing of the node runs any more: also the processes that go on
    /// through a partition are started elsewhere.
    record FenceNode(NodeId node, Instant at) implements NodeCommand {}

    /// Has a node get nothing new to host, or lets it again. What runs there goes on.
    record CordonNode(NodeId node, boolean cordoned) implements NodeCommand {}

    /// Notes which nodes an operator has vote and which not, for the leader, who makes up for
    /// voters that are missing. It changes no voter by itself.
    record RecordVoters(List<NodeId> promoted, List<NodeId> demoted) implements NodeCommand {
        public RecordVoters {
            promoted = List.copyOf(promoted);
            demoted = List.copyOf(demoted);
        }
    }

    /// Forgets a lost node that hosts nothing, and that it held copies. Its certificates are void,
    /// as is that of who joined under the name and never registered.
    record RemoveNode(NodeId node) implements NodeCommand {}
}
