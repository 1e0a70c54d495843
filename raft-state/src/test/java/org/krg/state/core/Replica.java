// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.krg.state.codec.EventCodec;
import org.krg.state.codec.OperationCodec;
import org.krg.state.codec.RowChange;
import org.krg.state.codec.RowTable;
import org.krg.state.codec.Rows;
import org.krg.state.command.Operation;
import org.krg.state.event.Event;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterImage;

/// What a node keeps: an image, and rows that must say the same.
final class Replica {
    private record Key(RowTable table, ByteString bytes) {}

    private final TreeMap<Key, RowChange.Put> rows =
            new TreeMap<>(
                    Comparator.comparing(Key::table)
                            .thenComparing(
                                    Key::bytes, ByteString.unsignedLexicographicalComparator()));
    private ClusterImage image = ClusterImage.EMPTY;

    ClusterImage image() {
        return image;
    }

    /// Applies an operation as it comes from the log.
    Decision apply(byte[] operation) {
        var command = OperationCodec.decode(operation).command();
        var decision = ClusterStateMachine.decide(image, command);
        if (decision instanceof Decision.Accept(var events, _) && !events.isEmpty()) {
            image = ClusterStateMachine.fold(image, image.revision().next(), events);
            Rows.changes(events, image).forEach(this::write);
            checkEvents(events);
        }
        return decision;
    }

    /// {@return the image that a restart of the node would find}
    ClusterImage reloaded() {
        return Rows.load(rows.values());
    }

    List<RowChange.Put> rows() {
        return List.copyOf(rows.values());
    }

    static byte[] bytes(Operation operation) {
        var bytes = OperationCodec.encode(operation);
        assertThat(OperationCodec.decode(bytes)).isEqualTo(operation);
        return bytes;
    }

    private void checkEvents(List<Event> events) {
        for (var ordinal = 0; ordinal < events.size(); ordinal++) {
            var recorded = new Recorded(image.revision(), ordinal, events.get(ordinal));
            assertThat(EventCodec.decode(EventCodec.encode(recorded))).isEqualTo(recorded);
        }
    }

    private void write(RowChange change) {
        switch (change) {
            case RowChange.Put put -> rows.put(new Key(put.table(), put.key()), put);
            case RowChange.Delete(var table, var key) -> rows.remove(new Key(table, key));
            case RowChange.DeleteRange(var table, var start, var end) ->
                    rows.subMap(new Key(table, start), new Key(table, end)).clear();
        }
    }
}
