// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// The keys from `start` up to, without, `end`.
///
/// @param end empty when there is no upper bound
public record KeyRange(Bytes start, Bytes end) implements Comparable<KeyRange> {
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
        return !isEndless() && start.compareTo(end) >= 0;
    }

    /// {@return whether it holds exactly one key, its start}
    public boolean isOne() {
        return end.size() == start.size() + 1
                && end.unsafe()[start.size()] == 0
                && end.startsWith(start);
    }

    /// {@return whether it has no upper bound}
    public boolean isEndless() {
        return end.isEmpty();
    }

    public boolean contains(Bytes key) {
        return start.compareTo(key) <= 0 && isBelowEnd(key);
    }

    /// {@return whether every key of `other` is in this range}
    public boolean covers(KeyRange other) {
        return other.isEmpty()
                || (start.compareTo(other.start) <= 0
                        && (isEndless() || (!other.isEndless() && other.end.compareTo(end) <= 0)));
    }

    /// {@return whether every key of this range is in one of `ranges`, in any order}
    public boolean isCoveredBy(Iterable<KeyRange> ranges) {
        var rest = this;
        var advanced = true;
        while (!rest.isEmpty() && advanced) {
            advanced = false;
            for (var range : ranges) {
                if (range.covers(rest)) {
                    return true;
                }
                if (range.contains(rest.start)) {
                    rest = new KeyRange(range.end, rest.end);
                    advanced = true;
                }
            }
        }
        return rest.isEmpty();
    }

    /// {@return whether some key may be in both ranges}
    public boolean overlaps(KeyRange other) {
        return !isEmpty()
                && !other.isEmpty()
                && isBelowEnd(other.start.compareTo(start) > 0 ? other.start : start)
                && other.isBelowEnd(other.start.compareTo(start) > 0 ? other.start : start);
    }

    /// By start, then the one that ends first; one without an end is last.
    @Override
    public int compareTo(KeyRange other) {
        var byStart = start.compareTo(other.start);
        if (byStart != 0 || isEndless() != other.isEndless()) {
            return byStart != 0 ? byStart : Boolean.compare(isEndless(), other.isEndless());
        }
        return end.compareTo(other.end);
    }

    @Override
    public String toString() {
        return "[" + start.text() + ", " + (isEndless() ? "no end" : end.text()) + ")";
    }

    private boolean isBelowEnd(Bytes key) {
        return isEndless() || key.compareTo(end) < 0;
    }
}
