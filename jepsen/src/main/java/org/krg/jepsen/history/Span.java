// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// The keys from `start` up to, without, `end`. Keys are ASCII here, so that their order as text is
/// that of their bytes.
public record Span(String start, String end) {
    /// {@return the span of one key}
    public static Span one(String key) {
        return new Span(key, key + '\0');
    }

    /// {@return the keys that start with `prefix`, which is not empty}
    public static Span prefix(String prefix) {
        var last = prefix.length() - 1;
        return new Span(prefix, prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
    }

    public boolean contains(String key) {
        return start.compareTo(key) <= 0 && key.compareTo(end) < 0;
    }

    @Override
    public String toString() {
        return equals(one(start)) ? start : "[" + start + ", " + end + ")";
    }
}
