// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.NodeId;

/// All that the agent's next steps are decided from.
///
/// @param image this replica's state
/// @param standing whether the node holds its lease and `image` is at least as new as it
/// @param cells every cell of the node, each id once
/// @param stops orders to end that were delivered already
/// @param now the time of reports
/// @param clock the machine's monotonic clock
public record HostView(
        ClusterImage image,
        NodeId self,
        boolean standing,
        List<ObservedCell> cells,
        List<StopDelivery> stops,
        Instant now,
        Duration clock) {
    public HostView {
        cells = List.copyOf(cells);
        stops = List.copyOf(stops);
        if (cells.stream().map(ObservedCell::id).distinct().count() != cells.size()) {
            throw new IllegalArgumentException("a cell is seen twice: " + cells);
        }
    }
}
