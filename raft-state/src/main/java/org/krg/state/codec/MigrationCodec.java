// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.model.Epoch;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Migrations.
final class MigrationCodec {
    private MigrationCodec() {}

    static ObjectWire.Migration encode(Migration migration) {
        var route = migration.route();
        var wire =
                ObjectWire.Migration.newBuilder()
                        .setId(migration.id().value())
                        .setProcess(route.process().value())
                        .setFrom(route.from().name())
                        .setTo(route.to().name())
                        .setEpoch(route.epoch().value())
                        .setNextEpoch(route.next().value())
                        .setMode(encode(migration.mode()))
                        .setLimit(Wire.encode(migration.limit()))
                        .setStarted(Wire.encode(migration.started()))
                        .setWhy(migration.why())
                        .setWarmBytes(migration.sent().warm())
                        .setLastBytes(migration.sent().last());
        switch (migration.step()) {
            case Step.Warming _ ->
                    wire.setWarming(ObjectWire.Migration.Warming.getDefaultInstance());
            case Step.Leaving _ ->
                    wire.setLeaving(ObjectWire.Migration.Leaving.getDefaultInstance());
            case Step.Arriving(var generation, var stopped) ->
                    wire.getArrivingBuilder()
                            .setGeneration(generation)
                            .setStopped(Wire.encode(stopped));
            case Step.Resuming(var generation, var stopped) ->
                    wire.getResumingBuilder()
                            .setGeneration(generation)
                            .setStopped(Wire.encode(stopped));
            case Step.Pulling(var generation, var downtime) ->
                    wire.getPullingBuilder()
                            .setGeneration(generation)
                            .setDowntime(Wire.encode(downtime));
            case Step.Moved(var generation, var downtime, var at) ->
                    wire.getMovedBuilder()
                            .setGeneration(generation)
                            .setDowntime(Wire.encode(downtime))
                            .setAt(Wire.encode(at));
            case Step.Aborted(var reason, var at) ->
                    wire.getAbortedBuilder().setReason(reason).setAt(Wire.encode(at));
        }
        return wire.build();
    }

    static Migration decode(ObjectWire.Migration wire) {
        return new Migration(
                new MigrationId(wire.getId()),
                new Migration.Route(
                        new ProcessId(wire.getProcess()),
                        new NodeId(wire.getFrom()),
                        new NodeId(wire.getTo()),
                        new Epoch(wire.getEpoch()),
                        new Epoch(wire.getNextEpoch())),
                decode(wire.getMode()),
                Wire.decode(wire.getLimit()),
                Wire.decode(wire.getStarted()),
                wire.getWhy(),
                new Migration.Sent(wire.getWarmBytes(), wire.getLastBytes()),
                step(wire));
    }

    private static Step step(ObjectWire.Migration wire) {
        return switch (wire.getStepCase()) {
            case WARMING -> new Step.Warming();
            case LEAVING -> new Step.Leaving();
            case ARRIVING ->
                    new Step.Arriving(
                            wire.getArriving().getGeneration(),
                            Wire.decode(wire.getArriving().getStopped()));
            case RESUMING ->
                    new Step.Resuming(
                            wire.getResuming().getGeneration(),
                            Wire.decode(wire.getResuming().getStopped()));
            case PULLING ->
                    new Step.Pulling(
                            wire.getPulling().getGeneration(),
                            Wire.decode(wire.getPulling().getDowntime()));
            case MOVED ->
                    new Step.Moved(
                            wire.getMoved().getGeneration(),
                            Wire.decode(wire.getMoved().getDowntime()),
                            Wire.decode(wire.getMoved().getAt()));
            case ABORTED ->
                    new Step.Aborted(
                            wire.getAborted().getReason(), Wire.decode(wire.getAborted().getAt()));
            case STEP_NOT_SET -> throw Wire.unknown("step of a migration");
        };
    }

    static ValueWire.MigrationMode encode(Mode mode) {
        return switch (mode) {
            case WARM -> ValueWire.MigrationMode.MIGRATION_MODE_WARM;
            case STOP_COPY -> ValueWire.MigrationMode.MIGRATION_MODE_STOP_COPY;
            case POST_COPY -> ValueWire.MigrationMode.MIGRATION_MODE_POST_COPY;
        };
    }

    static Mode decode(ValueWire.MigrationMode mode) {
        return Wire.constant(Mode.values(), MigrationCodec::encode, mode);
    }
}
