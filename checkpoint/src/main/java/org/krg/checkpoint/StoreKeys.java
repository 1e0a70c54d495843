// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.util.Optional;

/// The keys that this node has for the checkpoints it keeps. They may become more, or another one
/// may be the first, at any time. Safe for use by several threads.
public interface StoreKeys {
    /// Nothing is encrypted, and nothing that is can be read.
    StoreKeys NONE =
            new StoreKeys() {
                @Override
                public Optional<StoreKey> sealing() {
                    return Optional.empty();
                }

                @Override
                public Optional<StoreKey> find(long id) {
                    return Optional.empty();
                }
            };

    /// {@return the key for what is written from now on; empty: it is not encrypted}
    Optional<StoreKey> sealing();

    /// {@return the key that files name by this number}
    Optional<StoreKey> find(long id);
}
