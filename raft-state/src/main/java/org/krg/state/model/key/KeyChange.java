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
    private static final long OVERHEAD = 1 << 10;

    /// {@return the bytes of keys and values that it holds}
    public long bytes() {
        return before.map(OwnedKey::bytes).orElse(0L) + after.map(OwnedKey::bytes).orElse(0L);
    }

    /// {@return the bytes of memory that it takes until it is stored, about} Measured with keys of
    /// 4 bytes: 340 as a change and 400 as rows.
    public long weight() {
        return bytes() + OVERHEAD;
    }
}
