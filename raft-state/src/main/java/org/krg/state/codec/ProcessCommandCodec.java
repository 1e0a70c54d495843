// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.command.ProcessCommand;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.model.Epoch;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StartFault;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.ValueWire;

/// Commands about processes.
final class ProcessCommandCodec {
    private ProcessCommandCodec() {}

    static void encode(CommandWire.Command.Builder wire, ProcessCommand command) {
        switch (command) {
            case Place place -> wire.setPlace(encode(place));
            case RecordUnplaced unplaced -> wire.setRecordUnplaced(encode(unplaced));
            case ReportStarted started -> wire.setReportStarted(encode(started));
            case ReportStartFailed failed -> wire.setReportStartFailed(encode(failed));
            case ReportExit exit -> wire.setReportExit(encode(exit));
            case ReportVanished vanished -> wire.setReportVanished(encode(vanished));
            case RestoreFrom restore -> wire.setRestoreFrom(encode(restore));
            case SetFrozen set -> wire.setSetFrozen(encode(set));
        }
    }

    private static CommandWire.Place encode(Place command) {
        return CommandWire.Place.newBuilder()
                .setProcess(command.process().value())
                .setExpected(command.expected().value())
                .setNode(command.node().name())
                .setDecision(ProcessCodec.encode(command.decision()))
                .setAt(Wire.encode(command.at()))
                .build();
    }

    static Place decode(CommandWire.Place command) {
        return new Place(
                new ProcessId(command.getProcess()),
                new Epoch(command.getExpected()),
                new NodeId(command.getNode()),
                ProcessCodec.decode(command.getDecision()),
                Wire.decode(command.getAt()));
    }

    private static CommandWire.RecordUnplaced encode(RecordUnplaced command) {
        return CommandWire.RecordUnplaced.newBuilder()
                .setProcess(command.process().value())
                .setExpected(command.expected().value())
                .setDecision(ProcessCodec.encode(command.decision()))
                .build();
    }

    static RecordUnplaced decode(CommandWire.RecordUnplaced command) {
        return new RecordUnplaced(
                new ProcessId(command.getProcess()),
                new Epoch(command.getExpected()),
                ProcessCodec.decode(command.getDecision()));
    }

    private static CommandWire.ReportStarted encode(ReportStarted command) {
        return CommandWire.ReportStarted.newBuilder()
                .setProcess(command.process().value())
                .setEpoch(command.epoch().value())
                .setNode(command.node().name())
                .setAt(Wire.encode(command.at()))
                .build();
    }

    static ReportStarted decode(CommandWire.ReportStarted command) {
        return new ReportStarted(
                new ProcessId(command.getProcess()),
                new Epoch(command.getEpoch()),
                new NodeId(command.getNode()),
                Wire.decode(command.getAt()));
    }

    private static CommandWire.ReportStartFailed encode(ReportStartFailed command) {
        return CommandWire.ReportStartFailed.newBuilder()
                .setProcess(command.process().value())
                .setEpoch(command.epoch().value())
                .setNode(command.node().name())
                .setReason(command.reason())
                .setPermanent(command.permanent())
                .setCode(command.code())
                .setAt(Wire.encode(command.at()))
                .setFault(encode(command.fault()))
                .build();
    }

    static ReportStartFailed decode(CommandWire.ReportStartFailed command) {
        return new ReportStartFailed(
                new ProcessId(command.getProcess()),
                new Epoch(command.getEpoch()),
                new NodeId(command.getNode()),
                command.getReason(),
                command.getPermanent(),
                command.getCode(),
                Wire.decode(command.getAt()),
                Wire.constant(
                        StartFault.values(), ProcessCommandCodec::encode, command.getFault()));
    }

    private static ValueWire.StartFault encode(StartFault fault) {
        return switch (fault) {
            case CHECKPOINT -> ValueWire.StartFault.START_FAULT_CHECKPOINT;
            case NODE -> ValueWire.StartFault.START_FAULT_NODE;
            case UNKNOWN -> ValueWire.StartFault.START_FAULT_UNKNOWN;
        };
    }

    private static CommandWire.ReportExit encode(ReportExit command) {
        return CommandWire.ReportExit.newBuilder()
                .setProcess(command.process().value())
                .setEpoch(command.epoch().value())
                .setNode(command.node().name())
                .setOutcome(PhaseCodec.encode(command.outcome()))
                .setAt(Wire.encode(command.at()))
                .build();
    }

    static ReportExit decode(CommandWire.ReportExit command) {
        return new ReportExit(
                new ProcessId(command.getProcess()),
                new Epoch(command.getEpoch()),
                new NodeId(command.getNode()),
                PhaseCodec.decode(command.getOutcome()),
                Wire.decode(command.getAt()));
    }

    private static CommandWire.ReportVanished encode(ReportVanished command) {
        return CommandWire.ReportVanished.newBuilder()
                .setProcess(command.process().value())
                .setEpoch(command.epoch().value())
                .setNode(command.node().name())
                .setReason(command.reason())
                .setAt(Wire.encode(command.at()))
                .build();
    }

    static ReportVanished decode(CommandWire.ReportVanished command) {
        return new ReportVanished(
                new ProcessId(command.getProcess()),
                new Epoch(command.getEpoch()),
                new NodeId(command.getNode()),
                command.getReason(),
                Wire.decode(command.getAt()));
    }

    private static CommandWire.RestoreFrom encode(RestoreFrom command) {
        return CommandWire.RestoreFrom.newBuilder()
                .setProcess(command.process().value())
                .setGeneration(command.generation())
                .setAt(Wire.encode(command.at()))
                .setFrozen(command.frozen())
                .addAllSubstitutes(SubstituteCodec.encode(command.substitutes()))
                .build();
    }

    static RestoreFrom decode(CommandWire.RestoreFrom command) {
        return new RestoreFrom(
                new ProcessId(command.getProcess()),
                command.getGeneration(),
                Wire.decode(command.getAt()),
                command.getFrozen(),
                SubstituteCodec.decode(command.getSubstitutesList()));
    }

    private static CommandWire.SetFrozen encode(SetFrozen command) {
        return CommandWire.SetFrozen.newBuilder()
                .setProcess(command.process().value())
                .setFrozen(command.frozen())
                .build();
    }

    static SetFrozen decode(CommandWire.SetFrozen command) {
        return new SetFrozen(new ProcessId(command.getProcess()), command.getFrozen());
    }
}
