// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.concurrent.CompletableFuture;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;

/// Where a node's lease is renewed: the leader.
@FunctionalInterface
public interface Renewals {
    /// Asks for another term of the lease that the node got when it registered for the
    /// `agentStarts`th time.
    ///
    /// Completes exceptionally with [org.krg.state.ClusterStore.NoQuorum] when nobody can grant it
    /// now.
    CompletableFuture<Answer> renew(NodeId node, long agentStarts);

    /// What the leader says.
    sealed interface Answer {
        /// The lease goes on. `revision` is a state that the node must know before it acts on a
        /// lease that was over.
        record Granted(Revision revision) implements Answer {}

        /// There is no such lease any more: the node registers again.
        record Refused(String reason) implements Answer {}
    }
}
