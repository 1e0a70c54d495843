// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// The keys from `start` up to, without, `end`.
///
/// @param end empty when there is no upper bound
public record KeyRange(Bytes start, Bytes end) {
    /// Every key.
    public static final KeyRange ALL = new KeyRange(Bytes.EMPTY, Bytes.EMPTY);

    /// {@return the range that holds only `key`}
    public static KeyRange one(Bytes key) {
        return new KeyRange(key, key.successor());
    }

    /// {@return the keys that start with `prefix`}
    public static KeyRange prefix(Bytes prefix) {
        return new KeyRange(prefix, prefix.prefixEnd());
    }

    /// {@return `key` and all larger ones}
    public static KeyRange from(Bytes key) {
        return new KeyRange(key, Bytes.EMPTY);
    }

    /// {@return whether no key can be in it}
    public boolean isEmpty() {
        return !end.isEmpty() && start.compareTo(end) >= 0;
    }

    public boolean contains(Bytes key) {
        return start.compareTo(key) <= 0 && isBelowEnd(key);
    }

    /// {@return whether every key of `other` is in this range}
    public boolean covers(KeyRange other) {
        return other.isEmpty()
                || (start.compareTo(other.start) <= 0
                        && (end.isEmpty()
                                || (!other.end.isEmpty() && other.end.compareTo(end) <= 0)));
    }

    /// {@return whether some key may be in both ranges}
    public boolean overlaps(KeyRange other) {
        return !isEmpty()
                && !other.isEmpty()
                && isBelowEnd(other.start.compareTo(start) > 0 ? other.start : start)
                && other.isBelowEnd(other.start.compareTo(start) > 0 ? other.start : start);
    }

    private boolean isBelowEnd(Bytes key) {
        return end.isEmpty() || key.compareTo(end) < 0;
    }
}
