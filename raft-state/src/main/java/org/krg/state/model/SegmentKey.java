// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What a program is given with a segment that it may open, and shows when it opens it anew: as who
/// has a file open keeps it when its mode changes, whoever has the key may open the segment,
/// wherever it goes on.
///
/// 128 random bits; both zero where there is none, which opens nothing.
public record SegmentKey(long high, long low) {
    /// Of who has not had it open.
    public static final SegmentKey NONE = new SegmentKey(0, 0);

    /// {@return whether who shows `key` has been given this one}
    public boolean isOpenedBy(SegmentKey key) {
        return !equals(NONE) && equals(key);
    }

    /// It stands in no log line.
    @Override
    public String toString() {
        return equals(NONE) ? "no key" : "a key";
    }
}
