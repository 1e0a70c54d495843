// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.state.model.LeaseId;

/// Where users' leases are measured: the leader.
@FunctionalInterface
public interface LeaseTerms {
    /// Asks how long leases last, and, if `renews`, has each of them last its whole time again,
    /// counted from the arrival of the question.
    ///
    /// The answer, one term for each lease in the same order, comes after a majority confirmed that
    /// the one who answers leads. Completes exceptionally with
    /// [org.krg.state.ClusterStore.NoQuorum] when nobody can tell now.
    CompletableFuture<List<Term>> ask(List<LeaseId> leases, boolean renews);

    /// How long a lease lasts.
    sealed interface Term {
        /// It goes on.
        ///
        /// @param ttl its whole time
        /// @param remaining how much of it is left
        record Lasts(Duration ttl, Duration remaining) implements Term {}

        /// There is no such lease any more, or it is being ended.
        record Over() implements Term {}
    }
}
