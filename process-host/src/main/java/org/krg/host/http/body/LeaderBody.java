// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// The body that may name the node which is to lead.
public record LeaderBody(@Nullable String node) {
    /// {@return its name; empty: any}
    public Optional<NodeId> find() {
        return Optional.ofNullable(node).map(name -> Values.node("node", name));
    }
}
