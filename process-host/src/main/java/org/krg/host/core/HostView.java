// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// All that the agent's next steps are decided from.
///
/// @param image this replica's state
/// @param standing whether the node holds its lease and `image` is at least as new as it
/// @param cells every cell of the node, each id once
/// @param stops orders to end that were delivered already
/// @param sentAhead moves whose first part is done, as far as this agent did it
/// @param now the time of reports
/// @param clock the machine's monotonic clock
public record HostView(
        ClusterImage image,
        NodeId self,
        boolean standing,
        List<ObservedCell> cells,
        List<StopDelivery> stops,
        List<SentAhead> sentAhead,
        Instant now,
        Duration clock) {
    public HostView {
        cells = List.copyOf(cells);
        stops = List.copyOf(stops);
        sentAhead = List.copyOf(sentAhead);
        if (cells.stream().map(ObservedCell::id).distinct().count() != cells.size()) {
            throw new IllegalArgumentException("a cell is seen twice: " + cells);
        }
    }

    /// {@return the ready nodes but this one, by name}
    public List<NodeId> otherReadyNodes() {
        return image.nodes().values().stream()
                .filter(node -> node.state() == Node.State.READY)
                .map(Node::id)
                .filter(node -> !node.equals(self))
                .toList();
    }
}
