// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.concurrent.CompletableFuture;
import org.krg.host.engine.LeaderDuties;
import org.krg.host.engine.Renewals;
import org.krg.host.netty.PeerAsks;
import org.krg.state.ClusterStore;
import org.krg.state.model.NodeId;

/// Renews at whoever leads: at this node itself, or over the peer port.
record LeaderRenewals(ClusterStore store, LeaderDuties duties, PeerAsks asks) implements Renewals {
    @Override
    public CompletableFuture<Answer> renew(NodeId node, long agentStarts) {
        var leadership = store.leadership();
        if (leadership.mine()) {
            return duties.renew(node, agentStarts);
        }
        return leadership
                .leader()
                .map(leader -> asks.renew(leader, node, agentStarts))
                .orElseGet(() ->
                        CompletableFuture.failedFuture(
                                new ClusterStore.NoQuorum("there is no leader")));
    }
}
