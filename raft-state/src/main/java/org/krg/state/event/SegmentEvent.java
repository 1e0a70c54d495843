// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import java.util.List;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.SavedObject;
import org.krg.state.model.Segment;

/// A segment came or went, or a block of one got a home.
public sealed interface SegmentEvent extends Event {
    /// It exists from now on.
    record Created(Segment segment, String detail) implements SegmentEvent {}

    /// Its size, its name, who may open it or who holds it is another now.
    record Changed(Segment segment, String detail) implements SegmentEvent {}

    /// It exists from now on, as a checkpoint has it; its pages are yet to come.
    ///
    /// @param objects what processes synchronise with by it
    record Returned(Segment segment, List<SavedObject> objects, String detail)
            implements SegmentEvent {
        public Returned {
            objects = List.copyOf(objects);
        }
    }

    /// It was forgotten, and the homes of its blocks with it.
    record Destroyed(Segment segment, String detail) implements SegmentEvent {}

    /// The block has that home from now on, and no earlier one.
    record Granted(BlockId block, BlockGrant grant, String detail) implements SegmentEvent {}
}
