// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import org.krg.state.codec.RowChange;
import org.krg.state.codec.RowTable;
import org.krg.state.codec.Rows;
import org.krg.state.codec.SyncRows;
import org.krg.state.core.sync.SyncDraft;
import org.krg.state.event.Event;
import org.krg.state.image.ClusterImage;

/// The rows of the image in their families.
final class ImageRows {
    private ImageRows() {}

    /// {@return the writes that bring the rows to `after`, into which `events` were folded}
    static List<RowWrite> writes(List<Event> events, ClusterImage after) {
        return Rows.changes(events, after).stream().map(ImageRows::write).toList();
    }

    /// {@return the writes of all processes and of the counters of an image}
    static List<RowWrite> writesOfProcesses(ClusterImage image) {
        return Rows.ofProcesses(image).stream().map(ImageRows::write).toList();
    }

    /// {@return the writes that bring the rows to what `draft` has changed}
    static List<RowWrite> writes(SyncDraft draft) {
        return SyncRows.changes(draft).stream().map(ImageRows::write).toList();
    }

    static ClusterImage load(RowStore.View view) {
        var rows = new ArrayList<RowChange.Put>();
        for (var table : RowTable.values()) {
            load(view, table, rows);
        }
        return Rows.load(rows);
    }

    /// {@return the image without its objects: what the row of counters says}
    static ClusterImage loadCounters(RowStore.View view) {
        var rows = new ArrayList<RowChange.Put>();
        load(view, RowTable.COUNTERS, rows);
        return Rows.load(rows);
    }

    private static void load(RowStore.View view, RowTable table, List<RowChange.Put> rows) {
        view.scan(
                family(table),
                RowKey.FIRST,
                (key, value) ->
                        rows.add(
                                new RowChange.Put(
                                        table,
                                        UnsafeByteOperations.unsafeWrap(key),
                                        UnsafeByteOperations.unsafeWrap(value))));
    }

    private static RowWrite write(RowChange change) {
        return switch (change) {
            case RowChange.Put(var table, var key, var value) ->
                    RowWrite.put(family(table), key.toByteArray(), value.toByteArray());
            case RowChange.Delete(var table, var key) ->
                    RowWrite.delete(family(table), key.toByteArray());
            case RowChange.DeleteRange(var table, var key, var end) ->
                    RowWrite.deleteRange(family(table), key.toByteArray(), end.toByteArray());
        };
    }

    private static Family family(RowTable table) {
        return switch (table) {
            case COUNTERS -> Family.COUNTERS;
            case NODES -> Family.NODES;
            case JOBS -> Family.JOBS;
            case PROCESSES -> Family.PROCESSES;
            case GENERATIONS -> Family.GENERATIONS;
            case LEASES -> Family.LEASES;
            case ACCESS -> Family.ACCESS;
            case MIGRATIONS -> Family.MIGRATIONS;
            case SEGMENTS -> Family.SEGMENTS;
            case BLOCKS -> Family.BLOCKS;
            case SYNC_OBJECTS -> Family.SYNC_OBJECTS;
            case SYNC_CALLERS -> Family.SYNC_CALLERS;
            case POLICIES -> Family.POLICIES;
        };
    }
}
