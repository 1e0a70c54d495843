// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.Usage;
import org.krg.state.proto.ValueWire;

/// Where a process is in its life, what it started from and how it ended.
final class PhaseCodec {
    private PhaseCodec() {}

    static ValueWire.Phase encode(Phase phase) {
        var wire = ValueWire.Phase.newBuilder();
        switch (phase) {
            case Phase.Waiting(var origin, var since, var pause, var reason) ->
                    wire.getWaitingBuilder()
                            .setOrigin(encode(origin))
                            .setSince(Wire.encode(since))
                            .setPause(Wire.encode(pause))
                            .setReason(reason);
            case Phase.Starting(var node, var origin, var since) ->
                    wire.getStartingBuilder()
                            .setNode(node.name())
                            .setOrigin(encode(origin))
                            .setSince(Wire.encode(since));
            case Phase.Running(var node, var origin, var since) ->
                    wire.getRunningBuilder()
                            .setNode(node.name())
                            .setOrigin(encode(origin))
                            .setSince(Wire.encode(since));
            case Phase.Ended(var outcome, var lastNode, var at) -> {
                var ended = wire.getEndedBuilder();
                ended.setOutcome(encode(outcome)).setAt(Wire.encode(at));
                lastNode.ifPresent(node -> ended.setLastNode(node.name()));
            }
        }
        return wire.build();
    }

    static Phase decode(ValueWire.Phase phase) {
        return switch (phase.getKindCase()) {
            case WAITING -> {
                var waiting = phase.getWaiting();
                yield new Phase.Waiting(
                        decode(waiting.getOrigin()),
                        Wire.decode(waiting.getSince()),
                        Wire.decode(waiting.getPause()),
                        waiting.getReason());
            }
            case STARTING -> {
                var starting = phase.getStarting();
                yield new Phase.Starting(
                        new NodeId(starting.getNode()),
                        decode(starting.getOrigin()),
                        Wire.decode(starting.getSince()));
            }
            case RUNNING -> {
                var running = phase.getRunning();
                yield new Phase.Running(
                        new NodeId(running.getNode()),
                        decode(running.getOrigin()),
                        Wire.decode(running.getSince()));
            }
            case ENDED -> {
                var ended = phase.getEnded();
                yield new Phase.Ended(
                        decode(ended.getOutcome()),
                        ended.hasLastNode()
                                ? Optional.of(new NodeId(ended.getLastNode()))
                                : Optional.empty(),
                        Wire.decode(ended.getAt()));
            }
            case KIND_NOT_SET -> throw Wire.unknown("phase");
        };
    }

    static ValueWire.Origin encode(Origin origin) {
        return switch (origin) {
            case Origin.Beginning _ -> ValueWire.Origin.newBuilder().setBeginning(true).build();
            case Origin.Checkpoint(var generation) ->
                    ValueWire.Origin.newBuilder().setCheckpoint(generation).build();
        };
    }

    static Origin decode(ValueWire.Origin origin) {
        return switch (origin.getKindCase()) {
            case BEGINNING -> new Origin.Beginning();
            case CHECKPOINT -> new Origin.Checkpoint(origin.getCheckpoint());
            case KIND_NOT_SET -> throw Wire.unknown("origin");
        };
    }

    static ValueWire.Outcome encode(Outcome outcome) {
        var wire = ValueWire.Outcome.newBuilder();
        switch (outcome) {
            case Outcome.Exited(var code, var usage) ->
                    wire.getExitedBuilder().setCode(code).setUsage(encode(usage));
            case Outcome.Signaled(var signal, var usage) ->
                    wire.getSignaledBuilder().setSignal(signal).setUsage(encode(usage));
            case Outcome.NotStarted(var code, var reason) ->
                    wire.getNotStartedBuilder().setCode(code).setReason(reason);
            case Outcome.LostForGood(var reason) -> wire.getLostForGoodBuilder().setReason(reason);
            case Outcome.Cancelled _ ->
                    wire.setCancelled(ValueWire.Outcome.Cancelled.getDefaultInstance());
        }
        return wire.build();
    }

    static Outcome decode(ValueWire.Outcome outcome) {
        return switch (outcome.getKindCase()) {
            case EXITED ->
                    new Outcome.Exited(
                            outcome.getExited().getCode(), decode(outcome.getExited().getUsage()));
            case SIGNALED ->
                    new Outcome.Signaled(
                            outcome.getSignaled().getSignal(),
                            decode(outcome.getSignaled().getUsage()));
            case NOT_STARTED ->
                    new Outcome.NotStarted(
                            outcome.getNotStarted().getCode(), outcome.getNotStarted().getReason());
            case LOST_FOR_GOOD -> new Outcome.LostForGood(outcome.getLostForGood().getReason());
            case CANCELLED -> new Outcome.Cancelled();
            case KIND_NOT_SET -> throw Wire.unknown("outcome");
        };
    }

    private static ValueWire.Usage encode(Usage usage) {
        return ValueWire.Usage.newBuilder()
                .setCpu(Wire.encode(usage.cpu()))
                .setMaxMemoryBytes(usage.maxMemoryBytes())
                .build();
    }

    private static Usage decode(ValueWire.Usage usage) {
        return new Usage(Wire.decode(usage.getCpu()), usage.getMaxMemoryBytes());
    }
}
