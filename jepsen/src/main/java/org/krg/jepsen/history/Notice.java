// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.List;

/// What a watch says.
public sealed interface Notice {
    /// All changes up to and with `revision` that were not told yet.
    record Changes(long revision, List<Change> changes) implements Notice {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /// There is nothing else up to and with `revision`.
    record Bookmark(long revision) implements Notice {}

    /// It is over.
    record Ended(String why) implements Notice {}
}
