// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.util.Optional;
import org.krg.checkpoint.engine.Baselines.Baseline;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest;
import org.krg.state.model.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes images for CRIU before they are asked for: where there are those of an earlier generation
/// of the program, only the chunks that differ. Every chunk that is written was verified. Safe for
/// use by several threads.
public final class Staging {
    private static final Logger log = LoggerFactory.getLogger(Staging.class);

    private final ChunkStore store;
    private final Baselines baselines;

    public Staging(ChunkStore store, Baselines baselines) {
        this.store = store;
        this.baselines = baselines;
    }

    /// Writes the images of a generation that is whole in the store. If it cannot, the restore will
    /// do it in its own time.
    public void stage(Manifest manifest, Sha256 digest) {
        var process = manifest.id().process();
        var before = baselines.take(process);
        try {
            var work = before.isPresent() ? before.get().work() : baselines.create(process);
            try {
                var writtenChunks = write(before.map(Baseline::manifest), manifest, work);
                baselines.put(new Baseline(manifest, digest, work));
                log.info(
                        "images written ahead generation={} chunks={}",
                        manifest.id(),
                        writtenChunks);
            } catch (IOException failure) {
                work.close();
                throw failure;
            }
        } catch (IOException failure) {
            log.warn(
                    "images are not written ahead generation={} reason={}",
                    manifest.id(),
                    failure.getMessage());
        }
    }

    private long write(Optional<Manifest> before, Manifest manifest, WorkDirectory work)
            throws IOException {
        try (var writing = new ImageWriting(this::require, work.images())) {
            return writing.write(before, manifest);
        }
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return store.find(hash).orElseThrow(() -> new IOException("chunk " + hash + " is damaged"));
    }
}
