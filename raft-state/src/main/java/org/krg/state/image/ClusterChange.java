// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.List;
import org.krg.state.event.Recorded;

/// One step of the agreed state: what it was, what happened, what it is.
public record ClusterChange(ClusterImage before, List<Recorded> events, ClusterImage after) {
    public ClusterChange {
        events = List.copyOf(events);
    }
}
