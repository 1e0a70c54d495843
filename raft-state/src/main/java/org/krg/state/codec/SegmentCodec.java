// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.Segments;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.EventWire;
import org.krg.state.proto.ObjectWire;

/// Shared memory: its objects, commands, events and rows.
final class SegmentCodec {
    private SegmentCodec() {}

    static ObjectWire.Segment encode(Segment segment) {
        return ObjectWire.Segment.newBuilder()
                .setId(segment.id().value())
                .setName(segment.name())
                .setSizeBytes(segment.sizeBytes())
                .setOwner(JobCodec.encode(segment.owner()))
                .setCreated(Wire.encode(segment.created()))
                .build();
    }

    static Segment decode(ObjectWire.Segment segment) {
        return new Segment(
                new SegmentId(segment.getId()),
                segment.getName(),
                segment.getSizeBytes(),
                JobCodec.decode(segment.getOwner()),
                Wire.decode(segment.getCreated()));
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

    private static ObjectWire.Member encode(Member member) {
        return ObjectWire.Member.newBuilder()
                .setNode(member.node().name())
                .setRun(member.run())
                .build();
    }

    private static Member decode(ObjectWire.Member member) {
        return new Member(new NodeId(member.getNode()), member.getRun());
    }

    static void encode(CommandWire.Command.Builder wire, SegmentCommand command) {
        switch (command) {
            case CreateSegment(var name, var sizeBytes, var owner, var at) ->
                    wire.getCreateSegmentBuilder()
                            .setName(name)
                            .setSizeBytes(sizeBytes)
                            .setOwner(JobCodec.encode(owner))
                            .setAt(Wire.encode(at));
            case DestroySegment(var segment) ->
                    wire.getDestroySegmentBuilder().setSegment(segment.value());
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
                Wire.decode(command.getAt()));
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
            case SegmentEvent.Destroyed(var segment, _) -> wire.setDestroyed(encode(segment));
            case SegmentEvent.Granted(var block, var grant, _) ->
                    wire.setGranted(encode(block, grant));
        }
        return wire.build();
    }

    static SegmentEvent decode(EventWire.SegmentEvent event, String detail) {
        return switch (event.getKindCase()) {
            case CREATED -> new SegmentEvent.Created(decode(event.getCreated()), detail);
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

    /// Adds what an event changed. A destroyed segment takes the rows of all its blocks along,
    /// whether there are any or not.
    static void addChanges(List<RowChange> changes, SegmentEvent event) {
        switch (event) {
            case SegmentEvent.Created(var segment, _) -> changes.add(row(segment));
            case SegmentEvent.Destroyed(var segment, _) -> {
                changes.add(
                        new RowChange.Delete(
                                RowTable.SEGMENTS, RowCodec.key(segment.id().value())));
                for (var number = 0; number < segment.blocks(); number++) {
                    changes.add(
                            new RowChange.Delete(
                                    RowTable.BLOCKS, RowCodec.key(segment.id().value(), number)));
                }
            }
            case SegmentEvent.Granted(var block, var grant, _) -> changes.add(row(block, grant));
        }
    }
}
