// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.util.List;
import java.util.OptionalLong;

/// How a node of a dev cluster is.
///
/// @param pid of its agent; none if it does not run
/// @param role leader, voter or listener
/// @param state ready, starting (it runs, and does not take part yet) or stopped
/// @param cuts what it does not hear; nothing where nodes share the machine's network
public record NodeStatus(
        DevNode node, OptionalLong pid, String role, String state, List<DevCuts.Cut> cuts) {
    public NodeStatus {
        cuts = List.copyOf(cuts);
    }
}
