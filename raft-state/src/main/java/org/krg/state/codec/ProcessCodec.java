// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.model.Epoch;
import org.krg.state.model.FailedStart;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobId;
import org.krg.state.model.NodeId;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Verdict;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Hosted processes, except where they are in their life: that is [PhaseCodec]'s.
final class ProcessCodec {
    private ProcessCodec() {}

    static ObjectWire.HostedProcess encode(HostedProcess process) {
        var wire =
                ObjectWire.HostedProcess.newBuilder()
                        .setId(process.id().value())
                        .setJob(process.job().value())
                        .setRank(process.rank())
                        .setEpoch(process.epoch().value())
                        .setPhase(PhaseCodec.encode(process.phase()))
                        .setRestarts(process.restarts())
                        .addAllFailures(
                                process.failures().stream().map(ProcessCodec::encode).toList())
                        .setLastGeneration(process.lastGeneration())
                        .setFrozen(process.frozen());
        if (!process.lastEpoch().equals(process.epoch())) {
            wire.setLastEpoch(process.lastEpoch().value());
        }
        process.address().ifPresent(address -> wire.setAddress(address.bits()));
        process.decision().ifPresent(decision -> wire.setDecision(encode(decision)));
        process.lastNode().ifPresent(node -> wire.setLastNode(node.name()));
        return wire.build();
    }

    static HostedProcess decode(ObjectWire.HostedProcess process) {
        return new HostedProcess(
                new ProcessId(process.getId()),
                new JobId(process.getJob()),
                process.getRank(),
                new Epoch(process.getEpoch()),
                PhaseCodec.decode(process.getPhase()),
                process.getRestarts(),
                process.getFailuresList().stream().map(ProcessCodec::decode).toList(),
                process.hasDecision()
                        ? Optional.of(decode(process.getDecision()))
                        : Optional.empty(),
                process.hasLastNode()
                        ? Optional.of(new NodeId(process.getLastNode()))
                        : Optional.empty(),
                process.getLastGeneration(),
                new Epoch(Math.max(process.getEpoch(), process.getLastEpoch())),
                process.hasAddress()
                        ? Optional.of(new Ipv4Address(process.getAddress()))
                        : Optional.empty(),
                process.getFrozen());
    }

    static ValueWire.PlacementDecision encode(PlacementDecision decision) {
        var wire =
                ValueWire.PlacementDecision.newBuilder()
                        .setPolicy(decision.policy())
                        .addAllVerdicts(
                                decision.verdicts().stream().map(ProcessCodec::encode).toList())
                        .setAt(Wire.encode(decision.at()));
        decision.chosen().ifPresent(node -> wire.setChosen(node.name()));
        return wire.build();
    }

    static PlacementDecision decode(ValueWire.PlacementDecision decision) {
        return new PlacementDecision(
                decision.getPolicy(),
                decision.hasChosen()
                        ? Optional.of(new NodeId(decision.getChosen()))
                        : Optional.empty(),
                decision.getVerdictsList().stream().map(ProcessCodec::decode).toList(),
                Wire.decode(decision.getAt()));
    }

    private static ValueWire.Verdict encode(Verdict verdict) {
        return ValueWire.Verdict.newBuilder()
                .setNode(verdict.node().name())
                .setFeasible(verdict.feasible())
                .setScore(verdict.score())
                .addAllReasons(verdict.reasons())
                .build();
    }

    private static Verdict decode(ValueWire.Verdict verdict) {
        return new Verdict(
                new NodeId(verdict.getNode()),
                verdict.getFeasible(),
                verdict.getScore(),
                verdict.getReasonsList());
    }

    private static ValueWire.FailedStart encode(FailedStart failure) {
        return ValueWire.FailedStart.newBuilder()
                .setNode(failure.node().name())
                .setEpoch(failure.epoch().value())
                .setOrigin(PhaseCodec.encode(failure.origin()))
                .setReason(failure.reason())
                .setAt(Wire.encode(failure.at()))
                .build();
    }

    private static FailedStart decode(ValueWire.FailedStart failure) {
        return new FailedStart(
                new NodeId(failure.getNode()),
                new Epoch(failure.getEpoch()),
                PhaseCodec.decode(failure.getOrigin()),
                failure.getReason(),
                Wire.decode(failure.getAt()));
    }
}
