// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.List;

/// What one part of a transaction gave.
public sealed interface Result {
    /// The keys that were read, in order.
    record Found(List<Entry> entries) implements Result {
        public Found {
            entries = List.copyOf(entries);
        }
    }

    /// A key was written.
    record Written() implements Result {}

    /// So many keys were deleted.
    record Removed(long count) implements Result {}
}
