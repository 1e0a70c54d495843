// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.OwnedKey;

/// Users' keys at one moment.
public interface Keys {
    /// {@return a key, if it exists}
    Optional<OwnedKey> find(Bytes key);

    /// Shows the keys of a range in their order until `visitor` answers false.
    void scan(KeyRange range, Visitor visitor);

    /// {@return how many keys of a range exist}
    default long count(KeyRange range) {
        var counter =
                new Visitor() {
                    private long seen;

                    @Override
                    public boolean visit(OwnedKey key) {
                        seen++;
                        return true;
                    }
                };
        scan(range, counter);
        return counter.seen;
    }

    /// Is shown keys, and told of what was looked at to find them.
    interface Visitor {
        /// {@return whether to go on}
        boolean visit(OwnedKey key);

        /// {@return whether to go on} Is told of a row that was looked at and is not shown: of a
        /// key that does not exist, or a version that is not the one.
        ///
        /// @param bytes of it, about
        default boolean passed(long bytes) {
            return true;
        }
    }
}
