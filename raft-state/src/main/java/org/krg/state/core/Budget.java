// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.OwnedKey;

/// How much may still be read. Owned by whoever made it.
public final class Budget {
    private final boolean isUnlimited;
    private long keys;
    private long bytes;

    private Budget(long keys, long bytes) {
        this.isUnlimited = keys == Long.MAX_VALUE;
        this.keys = keys;
        this.bytes = bytes;
    }

    /// {@return a budget of so many keys, and bytes of them and their values}
    public static Budget of(long keys, long bytes) {
        return new Budget(keys, bytes);
    }

    /// {@return a budget of any number of keys, counted without being read, and so many bytes}
    public static Budget ofBytes(long bytes) {
        return new Budget(Long.MAX_VALUE, bytes);
    }

    /// {@return whether there was room for `key`, which is used then}
    boolean take(OwnedKey key) {
        keys--;
        bytes -= key.bytes();
        return keys >= 0 && bytes >= 0;
    }

    /// {@return whether more was wanted than there was}
    boolean isUsedUp() {
        return keys < 0 || bytes < 0;
    }

    /// {@return how many keys a range has; empty when there is no room to count them}
    Optional<Long> count(Keys in, KeyRange range) {
        if (isUnlimited) {
            return Optional.of(in.count(range));
        }
        var counter = new Counter();
        in.scan(range, counter);
        return keys >= 0 ? Optional.of(counter.counted) : Optional.empty();
    }

    private final class Counter implements Keys.Visitor {
        private long counted;

        @Override
        public boolean visit(OwnedKey key) {
            keys--;
            counted++;
            return keys >= 0;
        }
    }
}
