// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// A segment as a cut of a parallel job found it, apart from its pages.
///
/// @param segment as it was, without those who held it
/// @param objects what processes synchronise with by it; none is held or waited for
public record SavedSegment(Segment segment, List<SavedObject> objects) {
    public SavedSegment {
        objects = List.copyOf(objects);
    }
}
