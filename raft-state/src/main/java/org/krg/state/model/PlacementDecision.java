// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Why a process is where it is, or why it has no node.
///
/// @param policy its name and version
/// @param verdicts one for each node of the cluster, in the order of their names
public record PlacementDecision(
        String policy, Optional<NodeId> chosen, List<Verdict> verdicts, Instant at) {
    public PlacementDecision {
        verdicts = List.copyOf(verdicts);
    }
}
