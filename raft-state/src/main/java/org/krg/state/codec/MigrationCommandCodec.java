// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.command.MigrationCommand;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportPulled;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.model.Epoch;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.proto.CommandWire;

/// Commands about migrations.
final class MigrationCommandCodec {
    private MigrationCommandCodec() {}

    static void encode(CommandWire.Command.Builder wire, MigrationCommand command) {
        switch (command) {
            case StartMigration(
                            var process,
                            var expected,
                            var to,
                            var mode,
                            var limit,
                            var at,
                            var why) ->
                    wire.getStartMigrationBuilder()
                            .setProcess(process.value())
                            .setExpected(expected.value())
                            .setTo(to.name())
                            .setMode(MigrationCodec.encode(mode))
                            .setLimit(Wire.encode(limit))
                            .setAt(Wire.encode(at))
                            .setWhy(why);
            case BeginLeaving(var migration, var warmBytes) ->
                    wire.getBeginLeavingBuilder()
                            .setMigration(migration.value())
                            .setWarmBytes(warmBytes);
            case HandOver(var migration, var generation, var lastBytes, var stopped) ->
                    wire.getHandOverBuilder()
                            .setMigration(migration.value())
                            .setGeneration(GenerationCodec.encode(generation))
                            .setLastBytes(lastBytes)
                            .setStopped(Wire.encode(stopped));
            case CommitMove(var migration, var node, var at) ->
                    wire.getCommitMoveBuilder()
                            .setMigration(migration.value())
                            .setNode(node.name())
                            .setAt(Wire.encode(at));
            case ReportResumed(var migration, var node, var at) ->
                    wire.getReportResumedBuilder()
                            .setMigration(migration.value())
                            .setNode(node.name())
                            .setAt(Wire.encode(at));
            case ReportPulled(var migration, var node, var bytes, var at) ->
                    wire.getReportPulledBuilder()
                            .setMigration(migration.value())
                            .setNode(node.name())
                            .setBytes(bytes)
                            .setAt(Wire.encode(at));
            case AbortMigration(var migration, var reason, var at) ->
                    wire.getAbortMigrationBuilder()
                            .setMigration(migration.value())
                            .setReason(reason)
                            .setAt(Wire.encode(at));
        }
    }

    static StartMigration decode(CommandWire.StartMigration command) {
        return new StartMigration(
                new ProcessId(command.getProcess()),
                new Epoch(command.getExpected()),
                new NodeId(command.getTo()),
                MigrationCodec.decode(command.getMode()),
                Wire.decode(command.getLimit()),
                Wire.decode(command.getAt()),
                command.getWhy());
    }

    static BeginLeaving decode(CommandWire.BeginLeaving command) {
        return new BeginLeaving(new MigrationId(command.getMigration()), command.getWarmBytes());
    }

    static HandOver decode(CommandWire.HandOver command) {
        return new HandOver(
                new MigrationId(command.getMigration()),
                GenerationCodec.decode(command.getGeneration()),
                command.getLastBytes(),
                Wire.decode(command.getStopped()));
    }

    static CommitMove decode(CommandWire.CommitMove command) {
        return new CommitMove(
                new MigrationId(command.getMigration()),
                new NodeId(command.getNode()),
                Wire.decode(command.getAt()));
    }

    static ReportResumed decode(CommandWire.ReportResumed command) {
        return new ReportResumed(
                new MigrationId(command.getMigration()),
                new NodeId(command.getNode()),
                Wire.decode(command.getAt()));
    }

    static ReportPulled decode(CommandWire.ReportPulled command) {
        return new ReportPulled(
                new MigrationId(command.getMigration()),
                new NodeId(command.getNode()),
                command.getBytes(),
                Wire.decode(command.getAt()));
    }

    static AbortMigration decode(CommandWire.AbortMigration command) {
        return new AbortMigration(
                new MigrationId(command.getMigration()),
                command.getReason(),
                Wire.decode(command.getAt()));
    }
}
