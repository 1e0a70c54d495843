// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;

/// The body of a request to bring a process back.
///
/// @param frozen whether it stands still until it is unfrozen
public record RestoreBody(@Nullable Boolean frozen) {
    /// {@return whether it stands still: not where nothing is said}
    public boolean isFrozen() {
        return Boolean.TRUE.equals(frozen);
    }
}
