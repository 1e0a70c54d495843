// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import org.krg.state.model.SavedObject;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncId;
import org.krg.state.proto.ObjectWire;

/// Shared memory in checkpoints.
final class SavedSegmentCodec {
    private SavedSegmentCodec() {}

    static ObjectWire.SavedSegment encode(SavedSegment saved) {
        var id = saved.segment().id();
        return ObjectWire.SavedSegment.newBuilder()
                .setSegment(SegmentCodec.encode(saved.segment()))
                .addAllObjects(saved.objects().stream().map(object -> encode(id, object)).toList())
                .build();
    }

    private static ObjectWire.SyncObject encode(SegmentId segment, SavedObject saved) {
        return SyncRows.encode(new SyncId(segment, saved.number()), saved.object());
    }

    static SavedSegment decode(ObjectWire.SavedSegment saved) {
        var objects =
                saved.getObjectsList().stream()
                        .map(object -> new SavedObject(object.getNumber(), SyncRows.decode(object)))
                        .toList();
        return new SavedSegment(SegmentCodec.decode(saved.getSegment()), objects);
    }

    static List<ObjectWire.SavedSegment> encode(List<SavedSegment> saved) {
        return saved.stream().map(SavedSegmentCodec::encode).toList();
    }

    static List<SavedSegment> decode(List<ObjectWire.SavedSegment> saved) {
        return saved.stream().map(SavedSegmentCodec::decode).toList();
    }
}
