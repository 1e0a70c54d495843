// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.Optional;

/// A change of one key as a watch tells it.
///
/// @param now the key afterwards; empty when it was deleted
/// @param before the key before, where that was asked for
public record Change(long revision, String key, Optional<Entry> now, Optional<Entry> before) {

    /// {@return the same without what was there before}
    public Change plain() {
        return new Change(revision, key, now, Optional.empty());
    }
}
