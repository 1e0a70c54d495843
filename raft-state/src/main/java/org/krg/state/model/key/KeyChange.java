// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

import java.util.Optional;
import org.krg.state.model.Revision;

/// What an operation did to one key.
///
/// @param revision of the operation
/// @param before empty when the key did not exist
/// @param after empty when it was deleted
public record KeyChange(
        Bytes key, Revision revision, Optional<OwnedKey> before, Optional<OwnedKey> after) {
    /// {@return the bytes of keys and values that it holds}
    public long bytes() {
        return before.map(OwnedKey::bytes).orElse(0L) + after.map(OwnedKey::bytes).orElse(0L);
    }
}
