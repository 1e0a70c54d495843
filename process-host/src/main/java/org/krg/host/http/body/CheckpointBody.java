// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;

/// The body of a request for a checkpoint.
///
/// @param pinned whether retention leaves it alone
public record CheckpointBody(@Nullable Boolean pinned) {
    /// {@return whether retention leaves it alone: so it is where nothing is said, because somebody
    /// asked for it}
    public boolean isPinned() {
        return !Boolean.FALSE.equals(pinned);
    }
}
