// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.codec.MalformedManifest;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.core.ManifestCheck;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest;
import org.krg.state.model.Generation;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes this node's copy of one generation whole, from the other copies. Used by one thread.
///
/// @param others nodes with copies
record Fetching(
        Generation generation,
        List<NodeId> others,
        CheckpointEngine.Parts parts,
        DamageListener damage) {
    private static final Logger log = LoggerFactory.getLogger(Fetching.class);

    RepairingSource source(Writing writing) {
        return new RepairingSource(
                parts.store(), writing, parts.copies(), generation, others, damage);
    }

    /// Fetches what is missing here and commits it.
    ///
    /// @return bytes that came from other nodes
    long complete(Writing writing, RepairingSource source) throws IOException {
        var wasHere = parts.store().hasManifest(generation.id(), generation.manifest());
        var bytes = requireBytes(wasHere, source);
        var completion = new Completion(parts.store(), writing, source);
        try {
            completion.run(decode(bytes));
        } catch (ChunksMissing missing) {
            if (wasHere) {
                source.report("chunks are missing", Optional.empty());
            }
            throw missing;
        }
        if (completion.fetchedChunks() > 0 && wasHere) {
            source.report(
                    completion.fetchedChunks() + " chunks were missing", source.lastProvider());
        }
        writing.commit(generation.id(), generation.manifest(), bytes);
        return completion.fetchedBytes();
    }

    /// {@return the manifest, from here if it is good here}
    Manifest requireManifest() throws IOException {
        var local = parts.store().findManifest(generation.id(), generation.manifest());
        var bytes = local.isPresent() ? local : askAll();
        return decode(bytes.orElseThrow(() -> new ChunksMissing("no good copy of the manifest")));
    }

    /// {@return what a failure of the disk or of the copies means}
    CheckpointFailed failed(IOException failure) {
        if (failure instanceof ChunksMissing && isAway()) {
            return new CheckpointFailed(
                    new Failure(
                            Phase.FETCH,
                            Code.NOT_FOUND,
                            "checkpoint %s: %s, of the nodes that can be reached"
                                    .formatted(generation.id(), failure.getMessage()),
                            "Bring all of the nodes " + generation.copies() + " up",
                            "",
                            ""),
                    failure);
        }
        if (failure instanceof ChunksMissing) {
            return new CheckpointFailed(
                    new Failure(
                            Phase.FETCH,
                            Code.CORRUPT,
                            "checkpoint " + generation.id() + ": " + failure.getMessage(),
                            "Restore an older checkpoint, or bring a node with a copy up",
                            "",
                            ""),
                    failure);
        }
        return Failures.of(Phase.RESTORE, failure);
    }

    /// Whether a copy is out of reach, which may be a good one.
    private boolean isAway() {
        var refusals = new ArrayList<String>();
        others.forEach(node -> ask(node, refusals));
        return !refusals.isEmpty();
    }

    private byte[] requireBytes(boolean wasHere, RepairingSource source) throws IOException {
        var local = parts.store().findManifest(generation.id(), generation.manifest());
        if (local.isPresent()) {
            return local.get();
        }
        var refusals = new ArrayList<String>();
        for (var node : others) {
            var found = ask(node, refusals);
            if (found.isPresent()) {
                if (wasHere) {
                    source.report("manifest", Optional.of(node));
                }
                return found.get();
            }
        }
        if (wasHere) {
            source.report("manifest", Optional.empty());
            throw new ChunksMissing("the manifest is damaged and no other copy is good");
        }
        throw Failures.of(
                Phase.FETCH,
                Code.NOT_FOUND,
                "no node that can be reached has checkpoint "
                        + generation.id()
                        + (refusals.isEmpty() ? "" : ": " + String.join("; ", refusals)),
                "Bring one of the nodes " + generation.copies() + " up");
    }

    private Optional<byte[]> askAll() {
        return others.stream().flatMap(node -> ask(node, new ArrayList<>()).stream()).findFirst();
    }

    /// @param refusals is told why there is none
    private Optional<byte[]> ask(NodeId node, List<String> refusals) {
        try {
            var digest = generation.manifest();
            return parts.copies()
                    .findManifest(node, generation.id(), digest)
                    .filter(bytes -> ManifestCodec.digest(bytes).equals(digest));
        } catch (IOException failure) {
            log.warn(
                    "a copy is out of reach node={} generation={} reason={}",
                    node,
                    generation.id(),
                    failure.getMessage());
            refusals.add(node + ": " + failure.getMessage());
            return Optional.empty();
        }
    }

    private static Manifest decode(byte[] bytes) {
        try {
            var manifest = ManifestCodec.decode(bytes);
            var problem = ManifestCheck.problem(manifest);
            if (problem.isPresent()) {
                throw Failures.of(
                        Phase.FETCH,
                        Code.HOSTILE,
                        "the manifest asks for what is not done: " + problem.get(),
                        "Restore another checkpoint");
            }
            return manifest;
        } catch (MalformedManifest foreign) {
            throw Failures.of(
                    Phase.FETCH,
                    Code.UNKNOWN_FORM,
                    String.valueOf(foreign.getMessage()),
                    "It was taken by another version of krg; restore it there");
        }
    }
}
