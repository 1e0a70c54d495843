// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.event.AccessEvent;
import org.krg.state.event.Event;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.LeaseEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.PolicyEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;

/// The cluster state as rows: what an operation changes in them, and the image they make.
public final class Rows {
    private Rows() {}

    /// {@return what the rows of `after` have that those before `events` had not} In the order in
    /// which it has to be written; a row may occur more than once. `after` is the image that all
    /// events fold into, with its revision set; its counters are part of the changes.
    public static List<RowChange> changes(List<Event> events, ClusterImage after) {
        var changes = new ArrayList<RowChange>();
        for (var event : events) {
            switch (event) {
                case NodeEvent node -> changes.add(change(node));
                case JobEvent job -> changes.add(change(job));
                case ProcessEvent process -> changes.add(change(process));
                case MigrationEvent migration -> addChanges(changes, migration, after);
                case GenerationEvent generation -> addChanges(changes, generation, after);
                case LeaseEvent lease -> changes.add(change(lease));
                case AccessEvent access -> AccessRows.addChanges(changes, access, after);
                case PolicyEvent policy -> PolicyCodec.addChanges(changes, policy);
                case SegmentEvent segment -> SegmentCodec.addChanges(changes, segment);
            }
        }
        changes.add(RowCodec.counters(after));
        return List.copyOf(changes);
    }

    /// {@return the rows of the counters and of all processes of `image`}
    public static List<RowChange> ofProcesses(ClusterImage image) {
        var rows = new ArrayList<RowChange>();
        rows.add(RowCodec.counters(image));
        image.processes().values().forEach(process -> rows.add(RowCodec.row(process)));
        return List.copyOf(rows);
    }

    /// {@return every row of `image`, table by table, in the order of the keys}
    public static List<RowChange.Put> all(ClusterImage image) {
        var rows = new ArrayList<RowChange.Put>();
        rows.add(RowCodec.counters(image));
        image.nodes().values().forEach(node -> rows.add(RowCodec.row(node)));
        image.jobs().values().forEach(job -> rows.add(RowCodec.row(job)));
        image.processes().values().forEach(process -> rows.add(RowCodec.row(process)));
        image.generations().values().forEach(generation -> rows.add(RowCodec.row(generation)));
        image.leases().values().forEach(lease -> rows.add(RowCodec.row(lease)));
        rows.addAll(AccessRows.all(image.access()));
        image.migrations().values().forEach(migration -> rows.add(RowCodec.row(migration)));
        var segments = image.segments();
        segments.known().values().forEach(segment -> rows.add(SegmentCodec.row(segment)));
        segments.grants().stream()
                .forEach(entry -> rows.add(SegmentCodec.row(entry.key(), entry.value())));
        rows.addAll(SyncRows.all(image.sync()));
        rows.addAll(PolicyCodec.all(image.policies()));
        return List.copyOf(rows);
    }

    /// {@return the image that `rows`, in any order, make} No rows make the empty image.
    public static ClusterImage load(Iterable<RowChange.Put> rows) {
        var image = ClusterImage.EMPTY;
        for (var row : rows) {
            image = RowCodec.with(image, row);
        }
        return image;
    }

    private static RowChange change(NodeEvent event) {
        var node = event.node();
        return switch (event.kind()) {
            case REGISTERED, LOST, FENCED, CORDONED, UNCORDONED, DEMOTED, PROMOTED ->
                    RowCodec.row(node);
            case REMOVED -> new RowChange.Delete(RowTable.NODES, RowCodec.key(node.id()));
        };
    }

    private static RowChange change(JobEvent event) {
        var job = event.job();
        return switch (event.kind()) {
            case SUBMITTED, STOP_ORDERED, CUT_BEGUN, CUT_ADVANCED, CUT_COMMITTED, CUT_ABANDONED ->
                    RowCodec.row(job);
            case FORGOTTEN -> new RowChange.Delete(RowTable.JOBS, RowCodec.key(job.id()));
        };
    }

    private static RowChange change(ProcessEvent event) {
        var process = event.process();
        return switch (event.kind()) {
            case CREATED,
                    PLACED,
                    UNPLACED,
                    STARTED,
                    MOVED,
                    START_FAILED,
                    INTERRUPTED,
                    FROZEN,
                    UNFROZEN,
                    RESTARTING,
                    ENDED ->
                    RowCodec.row(process);
            case FORGOTTEN -> new RowChange.Delete(RowTable.PROCESSES, RowCodec.key(process.id()));
        };
    }

    private static void addChanges(
            List<RowChange> changes, MigrationEvent event, ClusterImage after) {
        var migration = event.migration();
        switch (event.kind()) {
            case STARTED -> {
                changes.add(RowCodec.row(migration));
                // An epoch of its process is kept for it; see the fold.
                after.processes()
                        .find(migration.route().process())
                        .ifPresent(process -> changes.add(RowCodec.row(process)));
            }
            case LEAVING, HANDED_OVER, COMMITTED, PULLING, MOVED, ABORTED ->
                    changes.add(RowCodec.row(migration));
            case FORGOTTEN ->
                    changes.add(
                            new RowChange.Delete(
                                    RowTable.MIGRATIONS, RowCodec.key(migration.id())));
        }
    }

    private static void addChanges(
            List<RowChange> changes, GenerationEvent event, ClusterImage after) {
        switch (event) {
            case GenerationEvent.Committed(var generation, _) -> {
                changes.add(RowCodec.row(generation));
                // Its number is the process's last one; see the fold.
                after.processes()
                        .find(generation.id().process())
                        .ifPresent(process -> changes.add(RowCodec.row(process)));
            }
            case GenerationEvent.Changed(Generation generation, _) ->
                    changes.add(RowCodec.row(generation));
            case GenerationEvent.Dropped(GenerationId id, _) ->
                    changes.add(new RowChange.Delete(RowTable.GENERATIONS, RowCodec.key(id)));
            case GenerationEvent.Failed _ -> {}
        }
    }

    private static RowChange change(LeaseEvent event) {
        var lease = event.lease();
        return switch (event.kind()) {
            case GRANTED -> RowCodec.row(lease);
            case REVOKED, EXPIRED ->
                    new RowChange.Delete(RowTable.LEASES, RowCodec.key(lease.id()));
        };
    }
}
