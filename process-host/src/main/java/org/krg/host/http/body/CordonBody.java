// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;

/// The body of a request to cordon a node, or to end that.
public record CordonBody(@Nullable Boolean cordoned) {
    /// {@return whether the node gets nothing new} It does not where nothing is said.
    public boolean isCordoned() {
        return Values.or(cordoned, true);
    }
}
