// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyRange;

/// Which keys of a range are read, and how they are shown.
///
/// @param at the revision that is read; [Revision#ZERO] for the present one
/// @param limit most keys shown; 0 for all
/// @param bounds keys outside of them are not shown; they still count
/// @param shows how much of each key
public record RangeRead(
        KeyRange range, Revision at, long limit, Order order, Bounds bounds, Shows shows) {

    /// By what, and in which direction; keys that compare equal stay in the order of their keys.
    public record Order(By by, boolean descending) {
        /// The order of the keys.
        public static final Order KEYS = new Order(By.KEY, false);
    }

    /// What keys are sorted by.
    public enum By {
        KEY,
        VERSION,
        CREATED,
        MODIFIED,
        VALUE
    }

    /// Revisions, each included; 0 for no bound.
    public record Bounds(long minModified, long maxModified, long minCreated, long maxCreated) {
        /// No bound.
        public static final Bounds NONE = new Bounds(0, 0, 0, 0);
    }

    /// How much of each key.
    public enum Shows {
        /// The whole of it.
        ALL,
        /// All but the value.
        KEYS,
        /// Only how many there are.
        COUNT
    }

    /// {@return the present keys of a range}
    public static RangeRead of(KeyRange range) {
        return new RangeRead(range, Revision.ZERO, 0, Order.KEYS, Bounds.NONE, Shows.ALL);
    }
}
