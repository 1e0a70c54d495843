// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.IncomingGeneration;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;

/// A generation of this cluster that becomes one of another process too. Its chunks are shared: no
/// byte of them is written again.
final class Duplicating implements IncomingGeneration {
    private final Fetching fetching;
    private final ChunkStore store;
    private final Adopting adopting;
    private final ArchiveHead head;
    private final Manifest manifest;

    /// Open until all is kept under the new number: the one it comes from may be removed meanwhile,
    /// and a sweep leaves what it has seen.
    private Optional<Writing> writing = Optional.empty();

    Duplicating(Fetching fetching, ChunkStore store, Adopting adopting, ArchiveHead head) {
        this.fetching = fetching;
        this.store = store;
        this.adopting = adopting;
        this.head = head;
        try {
            this.manifest = fetching.requireManifest();
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public ArchiveHead head() {
        return head;
    }

    @Override
    public Manifest manifest() {
        return manifest;
    }

    /// Each byte is verified when the program is brought back, as at every restore.
    @Override
    public void receive() {
        try {
            var open = store.begin();
            writing = Optional.of(open);
            try (var source = fetching.source(open)) {
                fetching.complete(open, source);
            }
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public Taken keep(GenerationId id, int copies, List<NodeId> candidates) {
        var open = writing.orElseThrow();
        writing = Optional.empty();
        try {
            return adopting.keep(open, head, manifest, id, copies, candidates);
        } catch (IOException failure) {
            throw fetching.failed(failure);
        }
    }

    @Override
    public void close() {
        writing.ifPresent(Writing::close);
        writing = Optional.empty();
    }
}
