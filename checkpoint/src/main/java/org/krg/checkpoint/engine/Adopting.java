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
    /// @param writing has, with the store, all chunks of it; closed before others are asked, as
    ///   nobody knows how long they take
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
        StoredGeneration stored;
        try (writing) {
            stored = commit(writing, head, renumbered(manifest, id));
        }
        var options =
                new TakeOptions(
                        id.number(),
                        manifest.origin().engine(),
                        copies,
                        candidates,
                        head.spec().checkpoint().fileLimitBytes(),
                        true);
        return copying.copy(stored, options, CopyProgress.NONE, manifest.taken());
    }

    private StoredGeneration commit(Writing writing, ArchiveHead head, Manifest manifest)
            throws IOException {
        var bytes = ManifestCodec.encode(manifest);
        writing.commit(manifest.id(), ManifestCodec.digest(bytes), bytes);
        var generation =
                new Generation(
                        manifest.id(),
                        manifest.epoch(),
                        ManifestCodec.digest(bytes),
                        List.of(self),
                        manifest.imageBytes(),
                        writing.storedBytes() + bytes.length,
                        head.frozen(),
                        manifest.taken(),
                        0,
                        true);
        return new StoredGeneration(generation, manifest, bytes);
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
