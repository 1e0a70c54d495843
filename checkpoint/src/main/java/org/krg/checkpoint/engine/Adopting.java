// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.List;
import org.krg.checkpoint.CopyProgress;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;

/// Makes what was taken of another process, here or in another cluster, a generation of a process
/// that has not run: the same contents under other numbers.
///
/// @param self this node, which holds the first copy
record Adopting(NodeId self, Copying copying) {
    /// Keeps it here, durably, and has it copied.
    ///
    /// @param writing has, with the store, all chunks of it
    /// @param manifest with the numbers of where it was taken
    /// @param copies nodes that are to have it, this one included
    /// @param candidates that copies may go to
    Taken keep(
            Writing writing,
            ArchiveHead head,
            Manifest manifest,
            GenerationId id,
            int copies,
            List<NodeId> candidates)
            throws IOException {
        var own = renumbered(manifest, id);
        var bytes = ManifestCodec.encode(own);
        writing.commit(id, ManifestCodec.digest(bytes), bytes);
        var generation =
                new Generation(
                        id,
                        own.epoch(),
                        ManifestCodec.digest(bytes),
                        List.of(self),
                        own.imageBytes(),
                        writing.storedBytes() + bytes.length,
                        head.frozen(),
                        own.taken(),
                        0,
                        true);
        var options =
                new TakeOptions(
                        id.number(),
                        own.origin().engine(),
                        copies,
                        candidates,
                        head.spec().checkpoint().fileLimitBytes(),
                        true);
        var stored = new StoredGeneration(generation, own, bytes);
        return copying.copy(stored, options, CopyProgress.NONE, generation.taken());
    }

    private static Manifest renumbered(Manifest manifest, GenerationId id) {
        return new Manifest(
                id,
                Epoch.ZERO,
                manifest.taken(),
                manifest.origin(),
                manifest.rootPid(),
                manifest.streams(),
                manifest.inputEnded(),
                manifest.entries(),
                manifest.needs(),
                manifest.tasks());
    }
}
