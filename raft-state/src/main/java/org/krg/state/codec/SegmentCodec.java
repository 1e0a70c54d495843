// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import java.util.Optional;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.Segments;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.EventWire;
import org.krg.state.proto.ObjectWire;

/// Shared memory: its objects, commands, events and rows.
final class SegmentCodec {
    private SegmentCodec() {}

    static ObjectWire.Segment encode(Segment segment) {
        var wire = ObjectWire.Segment.newBuilder();
        segment.backing().ifPresent(backing -> wire.setBacking(encode(backing)));
        find(segment.key()).ifPresent(wire::setKey);
        return wire.setId(segment.id().value())
                .setName(segment.name())
                .setSizeBytes(segment.sizeBytes())
                .setOwner(JobCodec.encode(segment.owner()))
                .setMode(segment.mode())
                .setOwnership(wire(segment.ownership()))
                .setCreated(Wire.encode(segment.created()))
                .setRemoved(segment.removed())
                .addAllHolders(segment.holders().stream().map(SegmentCodec::encode).toList())
                .addAllFormerly(segment.formerly().stream().map(SegmentId::value).toList())
                .setReturning(segment.returning())
                .build();
    }

    private static Optional<ObjectWire.SegmentKey> find(SegmentKey key) {
        return key.equals(SegmentKey.NONE)
                ? Optional.empty()
                : Optional.of(
                        ObjectWire.SegmentKey.newBuilder()
                                .setHigh(key.high())
                                .setLow(key.low())
                                .build());
    }

    private static SegmentKey decode(ObjectWire.SegmentKey key) {
        return new SegmentKey(key.getHigh(), key.getLow());
    }

    private static ObjectWire.OwnershipMode wire(OwnershipMode mode) {
        return switch (mode) {
            case ASYNC -> ObjectWire.OwnershipMode.ASYNC;
            case SEMISYNC -> ObjectWire.OwnershipMode.SEMISYNC;
            case SYNC -> ObjectWire.OwnershipMode.SYNC;
        };
    }

    private static ObjectWire.Backing encode(Backing backing) {
        return ObjectWire.Backing.newBuilder()
                .setNode(backing.node().name())
                .setPath(backing.path())
                .build();
    }

    private static Backing decode(ObjectWire.Backing backing) {
        return new Backing(new NodeId(backing.getNode()), backing.getPath());
    }

    private static ObjectWire.Holder encode(Segment.Holder holder) {
        return ObjectWire.Holder.newBuilder()
                .setMember(encode(holder.member()))
                .setCount(holder.count())
                .build();
    }

    static Segment decode(ObjectWire.Segment segment) {
        return new Segment(
                new SegmentId(segment.getId()),
                segment.getName(),
                segment.getSizeBytes(),
                JobCodec.decode(segment.getOwner()),
                segment.getMode(),
                Wire.constant(OwnershipMode.values(), SegmentCodec::wire, segment.getOwnership()),
                Wire.decode(segment.getCreated()),
                segment.getRemoved(),
                segment.getHoldersList().stream()
                        .map(holder ->
                                new Segment.Holder(decode(holder.getMember()), holder.getCount()))
                        .toList(),
                segment.getFormerlyList().stream().map(SegmentId::new).toList(),
                segment.getReturning(),
                segment.hasBacking() ? Optional.of(decode(segment.getBacking())) : Optional.empty(),
                decode(segment.getKey()));
    }

    static ObjectWire.BlockGrant encode(BlockId block, BlockGrant grant) {
        return ObjectWire.BlockGrant.newBuilder()
                .setSegment(block.segment().value())
                .setNumber(block.number())
                .setHome(encode(grant.home()))
                .setEpoch(grant.epoch().value())
                .build();
    }

    private static BlockId block(ObjectWire.BlockGrant grant) {
        return new BlockId(new SegmentId(grant.getSegment()), grant.getNumber());
    }

    private static BlockGrant grant(ObjectWire.BlockGrant grant) {
        return new BlockGrant(decode(grant.getHome()), new Epoch(grant.getEpoch()));
    }

    static ObjectWire.Member encode(Member member) {
        return ObjectWire.Member.newBuilder()
                .setNode(member.node().name())
                .setRun(member.run())
                .build();
    }

    static Member decode(ObjectWire.Member member) {
        return new Member(new NodeId(member.getNode()), member.getRun());
    }

    static void encode(CommandWire.Command.Builder wire, SegmentCommand command) {
        switch (command) {
            case CreateSegment create -> {
                var created =
                        wire.getCreateSegmentBuilder()
                                .setName(create.name())
                                .setSizeBytes(create.sizeBytes())
                                .setOwner(JobCodec.encode(create.owner()))
                                .setMode(create.mode())
                                .setOwnership(wire(create.ownership()))
                                .setAt(Wire.encode(create.at()));
                create.backing().ifPresent(backing -> created.setBacking(encode(backing)));
                find(create.key()).ifPresent(created::setKey);
            }
            case DestroySegment(var segment) ->
                    wire.getDestroySegmentBuilder().setSegment(segment.value());
            case ResizeSegment(var segment, var sizeBytes) ->
                    wire.getResizeSegmentBuilder()
                            .setSegment(segment.value())
                            .setSizeBytes(sizeBytes);
            case SetSegmentMode(var segment, var mode) ->
                    wire.getSetSegmentModeBuilder().setSegment(segment.value()).setMode(mode);
            case RemoveSegment(var segment) ->
                    wire.getRemoveSegmentBuilder().setSegment(segment.value());
            case HoldSegment(var segment, var member, var count) ->
                    wire.getHoldSegmentBuilder()
                            .setSegment(segment.value())
                            .setMember(encode(member))
                            .setCount(count);
            case FinishReturn(var segment) ->
                    wire.getFinishReturnBuilder().setSegment(segment.value());
            case GrantBlock(var block, var proposer) ->
                    wire.getGrantBlockBuilder()
                            .setSegment(block.segment().value())
                            .setNumber(block.number())
                            .setProposer(encode(proposer));
        }
    }

    static CreateSegment decode(CommandWire.CreateSegment command) {
        return new CreateSegment(
                command.getName(),
                command.getSizeBytes(),
                JobCodec.decode(command.getOwner()),
                command.getMode(),
                Wire.constant(OwnershipMode.values(), SegmentCodec::wire, command.getOwnership()),
                Wire.decode(command.getAt()),
                command.hasBacking() ? Optional.of(decode(command.getBacking())) : Optional.empty(),
                decode(command.getKey()));
    }

    static ResizeSegment decode(CommandWire.ResizeSegment command) {
        return new ResizeSegment(new SegmentId(command.getSegment()), command.getSizeBytes());
    }

    static SetSegmentMode decode(CommandWire.SetSegmentMode command) {
        return new SetSegmentMode(new SegmentId(command.getSegment()), command.getMode());
    }

    static RemoveSegment decode(CommandWire.RemoveSegment command) {
        return new RemoveSegment(new SegmentId(command.getSegment()));
    }

    static HoldSegment decode(CommandWire.HoldSegment command) {
        return new HoldSegment(
                new SegmentId(command.getSegment()),
                decode(command.getMember()),
                command.getCount());
    }

    static GrantBlock decode(CommandWire.GrantBlock command) {
        return new GrantBlock(
                new BlockId(new SegmentId(command.getSegment()), command.getNumber()),
                decode(command.getProposer()));
    }

    static EventWire.SegmentEvent encode(SegmentEvent event) {
        var wire = EventWire.SegmentEvent.newBuilder();
        switch (event) {
            case SegmentEvent.Created(var segment, _) -> wire.setCreated(encode(segment));
            case SegmentEvent.Changed(var segment, _) -> wire.setChanged(encode(segment));
            case SegmentEvent.Returned(var segment, var objects, _) ->
                    wire.setReturned(SavedSegmentCodec.encode(new SavedSegment(segment, objects)));
            case SegmentEvent.Destroyed(var segment, _) -> wire.setDestroyed(encode(segment));
            case SegmentEvent.Granted(var block, var grant, _) ->
                    wire.setGranted(encode(block, grant));
        }
        return wire.build();
    }

    static SegmentEvent decode(EventWire.SegmentEvent event, String detail) {
        return switch (event.getKindCase()) {
            case CREATED -> new SegmentEvent.Created(decode(event.getCreated()), detail);
            case CHANGED -> new SegmentEvent.Changed(decode(event.getChanged()), detail);
            case RETURNED -> {
                var saved = SavedSegmentCodec.decode(event.getReturned());
                yield new SegmentEvent.Returned(saved.segment(), saved.objects(), detail);
            }
            case DESTROYED -> new SegmentEvent.Destroyed(decode(event.getDestroyed()), detail);
            case GRANTED ->
                    new SegmentEvent.Granted(
                            block(event.getGranted()), grant(event.getGranted()), detail);
            case KIND_NOT_SET -> throw Wire.unknown("event of a segment");
        };
    }

    static RowChange.Put row(Segment segment) {
        var key = RowCodec.key(segment.id().value());
        return new RowChange.Put(RowTable.SEGMENTS, key, encode(segment).toByteString());
    }

    static RowChange.Put row(BlockId block, BlockGrant grant) {
        var key = RowCodec.key(block.segment().value(), block.number());
        return new RowChange.Put(RowTable.BLOCKS, key, encode(block, grant).toByteString());
    }

    static Segments withGrant(Segments segments, ObjectWire.BlockGrant row) {
        return segments.with(block(row), grant(row));
    }

    /// Adds what an event changed. A destroyed segment takes the rows of all its blocks along.
    static void addChanges(List<RowChange> changes, SegmentEvent event) {
        switch (event) {
            case SegmentEvent.Created(var segment, _) -> changes.add(row(segment));
            case SegmentEvent.Changed(var segment, _) -> changes.add(row(segment));
            case SegmentEvent.Returned(var segment, _, _) -> changes.add(row(segment));
            case SegmentEvent.Destroyed(var segment, _) -> {
                changes.add(
                        new RowChange.Delete(
                                RowTable.SEGMENTS, RowCodec.key(segment.id().value())));
                changes.add(
                        new RowChange.DeleteRange(
                                RowTable.BLOCKS,
                                RowCodec.key(segment.id().value(), 0),
                                RowCodec.key(segment.id().value() + 1, 0)));
            }
            case SegmentEvent.Granted(var block, var grant, _) -> changes.add(row(block, grant));
        }
    }
}
