// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// How a process says which segment it means.
public sealed interface Which {
    /// The one of that name.
    record Named(String name) implements Which {}

    /// The one of that number, even if its name was taken away.
    ///
    /// @param key what the process was given when it opened it
    record Numbered(SegmentId id, SegmentKey key) implements Which {
        /// Of who has not had it open.
        public Numbered(SegmentId id) {
            this(id, SegmentKey.NONE);
        }
    }
}
