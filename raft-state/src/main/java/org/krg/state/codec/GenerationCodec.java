// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.UnfitNode;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Committed checkpoints.
final class GenerationCodec {
    private GenerationCodec() {}

    static ObjectWire.Generation encode(Generation generation) {
        var wire =
                ObjectWire.Generation.newBuilder()
                        .setId(encode(generation.id()))
                        .setEpoch(generation.epoch().value())
                        .setManifest(Wire.encode(generation.manifest()))
                        .addAllCopies(Wire.names(generation.copies()))
                        .setImageBytes(generation.imageBytes())
                        .setStoredBytes(generation.storedBytes())
                        .setFrozen(Wire.encode(generation.frozen()))
                        .setTaken(Wire.encode(generation.taken()))
                        .setRestoreFailures(generation.restoreFailures())
                        .setPinned(generation.pinned())
                        .addAllSegments(SavedSegmentCodec.encode(generation.segments()))
                        .addAllSubstitutes(SubstituteCodec.encode(generation.substitutes()))
                        .addAllUnfit(
                                generation.unfit().stream().map(GenerationCodec::encode).toList());
        if (!generation.slowed().isZero()) {
            wire.setSlowed(Wire.encode(generation.slowed()));
        }
        return wire.build();
    }

    static Generation decode(ObjectWire.Generation generation) {
        return new Generation(
                decode(generation.getId()),
                new Epoch(generation.getEpoch()),
                Wire.decode(generation.getManifest()),
                Wire.nodes(generation.getCopiesList()),
                generation.getImageBytes(),
                generation.getStoredBytes(),
                Wire.decode(generation.getFrozen()),
                Wire.decode(generation.getTaken()),
                generation.getRestoreFailures(),
                generation.getPinned(),
                Wire.decode(generation.getSlowed()),
                SavedSegmentCodec.decode(generation.getSegmentsList()),
                SubstituteCodec.decode(generation.getSubstitutesList()),
                generation.getUnfitList().stream().map(GenerationCodec::decode).toList());
    }

    private static ValueWire.UnfitNode encode(UnfitNode unfit) {
        return ValueWire.UnfitNode.newBuilder()
                .setNode(unfit.node().name())
                .setAgentStarts(unfit.agentStarts())
                .setTimes(unfit.times())
                .setUntil(Wire.encode(unfit.until()))
                .setReason(unfit.reason())
                .build();
    }

    private static UnfitNode decode(ValueWire.UnfitNode unfit) {
        return new UnfitNode(
                new NodeId(unfit.getNode()),
                unfit.getAgentStarts(),
                unfit.getTimes(),
                Wire.decode(unfit.getUntil()),
                unfit.getReason());
    }

    static ValueWire.GenerationId encode(GenerationId id) {
        return ValueWire.GenerationId.newBuilder()
                .setProcess(id.process().value())
                .setNumber(id.number())
                .build();
    }

    static GenerationId decode(ValueWire.GenerationId id) {
        return new GenerationId(new ProcessId(id.getProcess()), id.getNumber());
    }
}
