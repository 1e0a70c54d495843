// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Arrays;
import java.util.HexFormat;

/// Keys from `start` on and before `end`, ordered as unsigned bytes. Immutable.
///
/// @param start the first key; empty means from the very first
/// @param end the first key that is not in it; empty: there is no end
@SuppressWarnings("ArrayRecordComponent") // Copied on the way in and out, compared by content.
public record KeyRange(byte[] start, byte[] end) implements Comparable<KeyRange> {
    /// The longest key, in bytes: as long as a range's end, which may be one longer.
    private static final int MAX_BYTES = 1 << 16;

    /// Every key.
    public static final KeyRange ALL = new KeyRange(new byte[0], new byte[0]);

    public KeyRange {
        if (start.length > MAX_BYTES || end.length > MAX_BYTES) {
            throw new IllegalArgumentException("a key has at most " + MAX_BYTES + " bytes");
        }
        start = start.clone();
        end = end.clone();
    }

    /// {@return the range of one key}
    public static KeyRange single(byte[] key) {
        return new KeyRange(key, Arrays.copyOf(key, key.length + 1));
    }

    /// {@return the keys that begin with `prefix`} An empty prefix is the beginning of every key.
    public static KeyRange prefix(byte[] prefix) {
        for (var last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                var end = Arrays.copyOf(prefix, last + 1);
                end[last]++;
                return new KeyRange(prefix, end);
            }
        }
        return new KeyRange(prefix, new byte[0]);
    }

    /// {@return the range as etcd writes it: no end is one key, an end of one zero byte is no end}
    public static KeyRange etcd(byte[] key, byte[] rangeEnd) {
        if (rangeEnd.length == 0) {
            return single(key);
        }
        var endless = rangeEnd.length == 1 && rangeEnd[0] == 0;
        return new KeyRange(key, endless ? new byte[0] : rangeEnd);
    }

    @Override
    public byte[] start() {
        return start.clone();
    }

    @Override
    public byte[] end() {
        return end.clone();
    }

    /// {@return whether no key can be in it}
    public boolean isEmpty() {
        return end.length > 0 && Arrays.compareUnsigned(start, end) >= 0;
    }

    /// {@return whether it goes on for ever}
    public boolean isEndless() {
        return end.length == 0;
    }

    /// {@return whether `key` is in it}
    public boolean contains(byte[] key) {
        return Arrays.compareUnsigned(start, key) <= 0
                && (isEndless() || Arrays.compareUnsigned(key, end) < 0);
    }

    /// {@return what of this range is left behind the end of `other`, which begins at or before
    /// this one and reaches into it; empty when nothing is}
    KeyRange behind(KeyRange other) {
        return other.isEndless()
                ? new KeyRange(new byte[] {1}, new byte[] {1})
                : new KeyRange(other.end, end);
    }

    /// {@return whether every key of this range is in one of `ranges`, in any order}
    public boolean isCoveredBy(Iterable<KeyRange> ranges) {
        var rest = this;
        var advanced = true;
        while (!rest.isEmpty() && advanced) {
            advanced = false;
            for (var range : ranges) {
                if (!range.isEmpty() && range.contains(rest.start)) {
                    rest = rest.behind(range);
                    advanced = true;
                    if (rest.isEmpty()) {
                        return true;
                    }
                }
            }
        }
        return rest.isEmpty();
    }

    /// By start, then the one that ends first; one without an end is last.
    @Override
    public int compareTo(KeyRange other) {
        var byStart = Arrays.compareUnsigned(start, other.start);
        if (byStart != 0 || isEndless() != other.isEndless()) {
            return byStart != 0 ? byStart : Boolean.compare(isEndless(), other.isEndless());
        }
        return Arrays.compareUnsigned(end, other.end);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange(byte[] otherStart, byte[] otherEnd)
                && Arrays.equals(start, otherStart)
                && Arrays.equals(end, otherEnd);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(start) + Arrays.hashCode(end);
    }

    @Override
    public String toString() {
        return "[" + text(start) + ", " + (isEndless() ? "no end" : text(end)) + ")";
    }

    private static String text(byte[] key) {
        var text = new StringBuilder();
        for (var each : key) {
            if (each > ' ' && each < 0x7f && each != '\\') {
                text.append((char) each);
            } else {
                text.append("\\x").append(HexFormat.of().toHexDigits(each));
            }
        }
        return text.toString();
    }
}
