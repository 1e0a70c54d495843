// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.host.engine.LeaseTerms;
import org.krg.host.netty.PeerAsks;
import org.krg.state.ClusterStore;
import org.krg.state.model.LeaseId;

/// Asks whoever leads about users' leases: this node itself, or another over the peer port.
record LeaderTerms(ClusterStore store, LeaseTerms own, PeerAsks asks) implements LeaseTerms {
    @Override
    public CompletableFuture<List<Term>> ask(List<LeaseId> leases, boolean renews) {
        var leadership = store.leadership();
        if (leadership.mine()) {
            return own.ask(leases, renews);
        }
        return leadership
                .leader()
                .map(leader -> asks.terms(leader, leases, renews))
                .orElseGet(() ->
                        CompletableFuture.failedFuture(
                                new ClusterStore.NoQuorum("there is no leader")));
    }
}
