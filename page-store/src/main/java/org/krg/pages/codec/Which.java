// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import org.krg.state.model.SegmentId;

/// How a process says which segment it means.
public sealed interface Which {
    /// The one of that name.
    record Named(String name) implements Which {}

    /// The one of that number, even if its name was taken away.
    record Numbered(SegmentId id) implements Which {}
}
