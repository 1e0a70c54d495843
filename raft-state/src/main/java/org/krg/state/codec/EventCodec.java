// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.UnsafeByteOperations;
import org.krg.state.event.AccessEvent;
import org.krg.state.event.Event;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.LeaseEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.PolicyEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.event.Recorded;
import org.krg.state.event.SegmentEvent;
import org.krg.state.model.Epoch;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Revision;
import org.krg.state.proto.EventWire;

/// The history for watchers.
public final class EventCodec {
    private EventCodec() {}

    /// {@return the bytes of an event with its place in the history}
    public static byte[] encode(Recorded recorded) {
        var wire =
                EventWire.Recorded.newBuilder()
                        .setRevision(recorded.revision().value())
                        .setOrdinal(recorded.ordinal())
                        .setDetail(recorded.event().detail());
        switch (recorded.event()) {
            case NodeEvent(var kind, var node, _) ->
                    wire.getNodeBuilder().setKind(wire(kind)).setNode(NodeCodec.encode(node));
            case JobEvent(var kind, var job, _) ->
                    wire.getJobBuilder().setKind(wire(kind)).setJob(JobCodec.encode(job));
            case ProcessEvent(var kind, var process, _) ->
                    wire.getProcessBuilder()
                            .setKind(wire(kind))
                            .setProcess(ProcessCodec.encode(process));
            case MigrationEvent(var kind, var migration, _) ->
                    wire.getMigrationBuilder()
                            .setKind(wire(kind))
                            .setMigration(MigrationCodec.encode(migration));
            case GenerationEvent event -> encode(wire, event);
            case LeaseEvent(var kind, var lease, _) ->
                    wire.getLeaseBuilder().setKind(wire(kind)).setLease(LeaseCodec.encode(lease));
            case AccessEvent event -> wire.setAccess(AccessEventCodec.encode(event));
            case PolicyEvent event -> wire.setPolicy(PolicyCodec.encode(event));
            case SegmentEvent event -> wire.setSegment(SegmentCodec.encode(event));
        }
        return wire.build().toByteArray();
    }

    /// {@return the event in `bytes`}
    public static Recorded decode(byte[] bytes) {
        return Wire.read(
                EventWire.Recorded.parser(),
                UnsafeByteOperations.unsafeWrap(bytes),
                wire ->
                        new Recorded(
                                new Revision(wire.getRevision()),
                                wire.getOrdinal(),
                                event(wire, wire.getDetail())));
    }

    private static void encode(EventWire.Recorded.Builder wire, GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Committed(var generation, _) ->
                    wire.setGenerationCommitted(GenerationCodec.encode(generation));
            case GenerationEvent.Changed(var generation, _) ->
                    wire.setGenerationChanged(GenerationCodec.encode(generation));
            case GenerationEvent.Dropped(var generation, _) ->
                    wire.setGenerationDropped(GenerationCodec.encode(generation));
            case GenerationEvent.Failed(var process, var epoch, _) ->
                    wire.getCheckpointFailedBuilder()
                            .setProcess(process.value())
                            .setEpoch(epoch.value());
        }
    }

    private static Event event(EventWire.Recorded wire, String detail) {
        return switch (wire.getEventCase()) {
            case NODE -> event(wire.getNode(), detail);
            case JOB -> event(wire.getJob(), detail);
            case PROCESS -> event(wire.getProcess(), detail);
            case GENERATION_COMMITTED ->
                    new GenerationEvent.Committed(
                            GenerationCodec.decode(wire.getGenerationCommitted()), detail);
            case GENERATION_CHANGED ->
                    new GenerationEvent.Changed(
                            GenerationCodec.decode(wire.getGenerationChanged()), detail);
            case GENERATION_DROPPED ->
                    new GenerationEvent.Dropped(
                            GenerationCodec.decode(wire.getGenerationDropped()), detail);
            case CHECKPOINT_FAILED ->
                    new GenerationEvent.Failed(
                            new ProcessId(wire.getCheckpointFailed().getProcess()),
                            new Epoch(wire.getCheckpointFailed().getEpoch()),
                            detail);
            case LEASE -> event(wire.getLease(), detail);
            case ACCESS -> AccessEventCodec.decode(wire.getAccess(), detail);
            case MIGRATION -> event(wire.getMigration(), detail);
            case POLICY -> PolicyCodec.decode(wire.getPolicy(), detail);
            case SEGMENT -> SegmentCodec.decode(wire.getSegment(), detail);
            case EVENT_NOT_SET -> throw Wire.unknown("event");
        };
    }

    private static Event event(EventWire.NodeEvent event, String detail) {
        var kind = Wire.constant(NodeEvent.Kind.values(), EventCodec::wire, event.getKind());
        return new NodeEvent(kind, NodeCodec.decode(event.getNode()), detail);
    }

    private static Event event(EventWire.JobEvent event, String detail) {
        var kind = Wire.constant(JobEvent.Kind.values(), EventCodec::wire, event.getKind());
        return new JobEvent(kind, JobCodec.decode(event.getJob()), detail);
    }

    private static Event event(EventWire.ProcessEvent event, String detail) {
        var kind = Wire.constant(ProcessEvent.Kind.values(), EventCodec::wire, event.getKind());
        return new ProcessEvent(kind, ProcessCodec.decode(event.getProcess()), detail);
    }

    private static Event event(EventWire.MigrationEvent event, String detail) {
        var kind = Wire.constant(MigrationEvent.Kind.values(), EventCodec::wire, event.getKind());
        return new MigrationEvent(kind, MigrationCodec.decode(event.getMigration()), detail);
    }

    private static Event event(EventWire.LeaseEvent event, String detail) {
        var kind = Wire.constant(LeaseEvent.Kind.values(), EventCodec::wire, event.getKind());
        return new LeaseEvent(kind, LeaseCodec.decode(event.getLease()), detail);
    }

    private static EventWire.NodeEvent.Kind wire(NodeEvent.Kind kind) {
        return switch (kind) {
            case REGISTERED -> EventWire.NodeEvent.Kind.REGISTERED;
            case LOST -> EventWire.NodeEvent.Kind.LOST;
            case FENCED -> EventWire.NodeEvent.Kind.FENCED;
            case CORDONED -> EventWire.NodeEvent.Kind.CORDONED;
            case UNCORDONED -> EventWire.NodeEvent.Kind.UNCORDONED;
            case DEMOTED -> EventWire.NodeEvent.Kind.DEMOTED;
            case PROMOTED -> EventWire.NodeEvent.Kind.PROMOTED;
            case REMOVED -> EventWire.NodeEvent.Kind.REMOVED;
        };
    }

    private static EventWire.JobEvent.Kind wire(JobEvent.Kind kind) {
        return switch (kind) {
            case SUBMITTED -> EventWire.JobEvent.Kind.SUBMITTED;
            case STOP_ORDERED -> EventWire.JobEvent.Kind.STOP_ORDERED;
            case FORGOTTEN -> EventWire.JobEvent.Kind.FORGOTTEN;
            case CUT_BEGUN -> EventWire.JobEvent.Kind.CUT_BEGUN;
            case CUT_ADVANCED -> EventWire.JobEvent.Kind.CUT_ADVANCED;
            case CUT_COMMITTED -> EventWire.JobEvent.Kind.CUT_COMMITTED;
            case CUT_ABANDONED -> EventWire.JobEvent.Kind.CUT_ABANDONED;
        };
    }

    private static EventWire.ProcessEvent.Kind wire(ProcessEvent.Kind kind) {
        return switch (kind) {
            case CREATED -> EventWire.ProcessEvent.Kind.CREATED;
            case PLACED -> EventWire.ProcessEvent.Kind.PLACED;
            case UNPLACED -> EventWire.ProcessEvent.Kind.UNPLACED;
            case STARTED -> EventWire.ProcessEvent.Kind.STARTED;
            case MOVED -> EventWire.ProcessEvent.Kind.MOVED;
            case START_FAILED -> EventWire.ProcessEvent.Kind.START_FAILED;
            case INTERRUPTED -> EventWire.ProcessEvent.Kind.INTERRUPTED;
            case FROZEN -> EventWire.ProcessEvent.Kind.FROZEN;
            case UNFROZEN -> EventWire.ProcessEvent.Kind.UNFROZEN;
            case RESTARTING -> EventWire.ProcessEvent.Kind.RESTARTING;
            case ENDED -> EventWire.ProcessEvent.Kind.ENDED;
            case FORGOTTEN -> EventWire.ProcessEvent.Kind.FORGOTTEN;
        };
    }

    private static EventWire.MigrationEvent.Kind wire(MigrationEvent.Kind kind) {
        return switch (kind) {
            case STARTED -> EventWire.MigrationEvent.Kind.STARTED;
            case LEAVING -> EventWire.MigrationEvent.Kind.LEAVING;
            case HANDED_OVER -> EventWire.MigrationEvent.Kind.HANDED_OVER;
            case COMMITTED -> EventWire.MigrationEvent.Kind.COMMITTED;
            case PULLING -> EventWire.MigrationEvent.Kind.PULLING;
            case MOVED -> EventWire.MigrationEvent.Kind.MOVED;
            case ABORTED -> EventWire.MigrationEvent.Kind.ABORTED;
            case FORGOTTEN -> EventWire.MigrationEvent.Kind.FORGOTTEN;
        };
    }

    private static EventWire.LeaseEvent.Kind wire(LeaseEvent.Kind kind) {
        return switch (kind) {
            case GRANTED -> EventWire.LeaseEvent.Kind.GRANTED;
            case REVOKED -> EventWire.LeaseEvent.Kind.REVOKED;
            case EXPIRED -> EventWire.LeaseEvent.Kind.EXPIRED;
        };
    }
}
