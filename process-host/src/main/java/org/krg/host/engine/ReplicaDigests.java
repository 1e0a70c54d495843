// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.concurrent.CompletableFuture;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.NodeId;

/// Asks a node, this one or another, for a digest of its replica.
@FunctionalInterface
public interface ReplicaDigests {
    /// {@return the digest of the rows} It may fail, [org.krg.state.ClusterStore.AlreadyApplied]
    /// among others, or never come; the caller sets the bound.
    ///
    /// @param after 0 for the rows as they are, otherwise as the first log entry at or after this
    ///   index leaves them
    CompletableFuture<StateHash> ask(NodeId node, long after);
}
