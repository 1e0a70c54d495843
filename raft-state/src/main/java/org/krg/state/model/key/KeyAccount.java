// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

import java.util.Optional;

/// What a principal holds and may hold.
///
/// @param bytes of keys and values
/// @param own the limit that was set for this principal
public record KeyAccount(long keys, long bytes, Optional<KeyLimit> own) {
    /// Of a principal who holds nothing.
    public static final KeyAccount EMPTY = new KeyAccount(0, 0, Optional.empty());

    /// {@return this account with so much more, or less}
    public KeyAccount plus(long moreKeys, long moreBytes) {
        return new KeyAccount(keys + moreKeys, bytes + moreBytes, own);
    }

    /// {@return this account with another limit}
    public KeyAccount with(Optional<KeyLimit> limit) {
        return new KeyAccount(keys, bytes, limit);
    }

    /// {@return whether nothing is to be remembered of it}
    public boolean isEmpty() {
        return equals(EMPTY);
    }
}
