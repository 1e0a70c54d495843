// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.model.NodeId;

/// Where the leader is.
public sealed interface Route {
    /// This node leads and is ready.
    record Here() implements Route {}

    /// Another node leads.
    record There(NodeId leader) implements Route {}

    /// Nobody is known to lead. `lasting` when it has been so for longer than elections take.
    record Nowhere(boolean lasting) implements Route {}
}
