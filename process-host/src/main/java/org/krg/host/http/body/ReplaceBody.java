// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// The body that names the node which takes a vote over.
public record ReplaceBody(@Nullable String with) {
    /// {@return its name}
    public NodeId node() {
        return Values.node("with", Values.require("with", with));
    }
}
