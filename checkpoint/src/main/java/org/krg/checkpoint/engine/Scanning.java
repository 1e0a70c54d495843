// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import org.krg.checkpoint.Pace;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Scanned;
import org.krg.state.model.Generation;

/// Reads one copy of a generation from the disk of this node, and repairs nothing. It may take
/// hours: nothing is held meanwhile that a checkpoint or a sweep waits for. Used once, by one
/// thread.
final class Scanning implements TreeStream.ChunkSource {
    private final ChunkStore store;
    private final Pace pace;
    private long bytes;

    Scanning(ChunkStore store, Pace pace) {
        this.store = store;
        this.pace = pace;
    }

    Scanned run(Generation generation, Fetching fetching) throws IOException {
        if (store.findManifest(generation.id(), generation.manifest()).isEmpty()) {
            return new Scanned(0, "the manifest is damaged or missing");
        }
        var buffer = new byte[HashTree.CHUNK_BYTES];
        try {
            for (var entry : fetching.requireManifest().entries()) {
                try (var content = new TreeStream(entry.content(), this)) {
                    while (content.read(buffer) >= 0) {
                        // The chunk was verified where it was found.
                    }
                }
            }
        } catch (ChunksMissing damaged) {
            return new Scanned(bytes, String.valueOf(damaged.getMessage()));
        }
        return new Scanned(bytes, "");
    }

    @Override
    public byte[] require(ChunkHash hash) throws IOException {
        var found = store.find(hash);
        if (found.isEmpty()) {
            throw new ChunksMissing("chunk " + hash + " is damaged or missing");
        }
        bytes += found.get().length;
        pace.read(found.get().length);
        return found.get();
    }
}
