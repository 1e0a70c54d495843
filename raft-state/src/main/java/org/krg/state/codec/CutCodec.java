// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.command.CutCommand;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportPagesKept;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.model.Epoch;
import org.krg.state.model.GroupCut;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.GroupCut.Part;
import org.krg.state.model.GroupCut.State;
import org.krg.state.model.JobId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SegmentId;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.ObjectWire;

/// Checkpoints of all ranks of a job, and requests about them.
final class CutCodec {
    private CutCodec() {}

    static ObjectWire.GroupCut encode(GroupCut cut) {
        var wire = ObjectWire.GroupCut.newBuilder().setNumber(cut.number()).setPinned(cut.pinned());
        cut.parts().forEach(part -> wire.addParts(encode(part)));
        wire.addAllSegments(SavedSegmentCodec.encode(cut.segments()));
        switch (cut.state()) {
            case State.UnderWay() ->
                    wire.setUnderWay(ObjectWire.GroupCut.UnderWay.getDefaultInstance());
            case State.Committed() ->
                    wire.setCommitted(ObjectWire.GroupCut.Committed.getDefaultInstance());
            case State.Abandoned(var reason) -> wire.setAbandoned(reason);
        }
        return wire.build();
    }

    static GroupCut decode(ObjectWire.GroupCut cut) {
        var state =
                switch (cut.getStateCase()) {
                    case UNDER_WAY -> new State.UnderWay();
                    case COMMITTED -> new State.Committed();
                    case ABANDONED -> new State.Abandoned(cut.getAbandoned());
                    case STATE_NOT_SET -> throw Wire.unknown("state of a cut");
                };
        return new GroupCut(
                cut.getNumber(),
                cut.getPinned(),
                cut.getPartsList().stream().map(CutCodec::decode).toList(),
                SavedSegmentCodec.decode(cut.getSegmentsList()),
                state);
    }

    private static ObjectWire.GroupCut.Part encode(Part part) {
        var wire =
                ObjectWire.GroupCut.Part.newBuilder()
                        .setEpoch(part.epoch().value())
                        .setStill(part.still())
                        .addAllHeld(part.held().stream().map(CutCodec::encode).toList())
                        .setPagesKept(part.pagesKept());
        part.saved().ifPresent(saved -> wire.setSaved(GenerationCodec.encode(saved)));
        return wire.build();
    }

    private static Part decode(ObjectWire.GroupCut.Part part) {
        return new Part(
                new Epoch(part.getEpoch()),
                part.getStill(),
                part.getHeldList().stream().map(CutCodec::decode).toList(),
                part.getPagesKept(),
                part.hasSaved()
                        ? Optional.of(GenerationCodec.decode(part.getSaved()))
                        : Optional.empty());
    }

    private static ObjectWire.GroupCut.Held encode(Held held) {
        return ObjectWire.GroupCut.Held.newBuilder()
                .setSegment(held.segment().value())
                .setHandles(held.handles())
                .build();
    }

    private static Held decode(ObjectWire.GroupCut.Held held) {
        return new Held(new SegmentId(held.getSegment()), held.getHandles());
    }

    static CommandWire.CutCommand encode(CutCommand command) {
        var wire = CommandWire.CutCommand.newBuilder();
        switch (command) {
            case BeginCut(var job, var pinned, var at) ->
                    wire.getBeginBuilder()
                            .setJob(job.value())
                            .setPinned(pinned)
                            .setAt(Wire.encode(at));
            case ReportStill(var process, var epoch, var number, var held) ->
                    wire.getStillBuilder()
                            .setProcess(process.value())
                            .setEpoch(epoch.value())
                            .setNumber(number)
                            .addAllHeld(held.stream().map(CutCodec::encode).toList());
            case ReportPagesKept(var process, var epoch, var number) ->
                    wire.getPagesKeptBuilder()
                            .setProcess(process.value())
                            .setEpoch(epoch.value())
                            .setNumber(number);
            case ReportSaved(var generation, var copiesWanted) ->
                    wire.getSavedBuilder()
                            .setGeneration(GenerationCodec.encode(generation))
                            .setCopiesWanted(copiesWanted);
            case AbandonCut(var job, var number, var reason) ->
                    wire.getAbandonBuilder()
                            .setJob(job.value())
                            .setNumber(number)
                            .setReason(reason);
        }
        return wire.build();
    }

    static CutCommand decode(CommandWire.CutCommand command) {
        return switch (command.getKindCase()) {
            case BEGIN ->
                    new BeginCut(
                            new JobId(command.getBegin().getJob()),
                            command.getBegin().getPinned(),
                            Wire.decode(command.getBegin().getAt()));
            case STILL ->
                    new ReportStill(
                            new ProcessId(command.getStill().getProcess()),
                            new Epoch(command.getStill().getEpoch()),
                            command.getStill().getNumber(),
                            command.getStill().getHeldList().stream()
                                    .map(CutCodec::decode)
                                    .toList());
            case PAGES_KEPT ->
                    new ReportPagesKept(
                            new ProcessId(command.getPagesKept().getProcess()),
                            new Epoch(command.getPagesKept().getEpoch()),
                            command.getPagesKept().getNumber());
            case SAVED ->
                    new ReportSaved(
                            GenerationCodec.decode(command.getSaved().getGeneration()),
                            command.getSaved().getCopiesWanted());
            case ABANDON ->
                    new AbandonCut(
                            new JobId(command.getAbandon().getJob()),
                            command.getAbandon().getNumber(),
                            command.getAbandon().getReason());
            case KIND_NOT_SET -> throw Wire.unknown("kind of a command about a cut");
        };
    }
}
