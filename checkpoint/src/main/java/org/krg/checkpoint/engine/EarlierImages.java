// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.krg.checkpoint.engine.Baselines.Baseline;
import org.krg.checkpoint.engine.TreeWriter.Known;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest.Kind;

/// The images of an earlier dump of the same program: what is the same in the next one has the same
/// hashes.
///
/// @param store has the trees of hashes
record EarlierImages(Baseline baseline, ChunkStore store) {
    /// Nothing to compare with.
    static final Opened NONE = new Opened(Optional.empty());

    /// An image to compare with.
    record Opened(Optional<Known> content) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (content.isPresent()) {
                content.get().bytes().close();
            }
        }
    }

    /// {@return the image of this name, if the tree of its hashes is here} It stays while somebody
    /// writes: this is to be called then.
    Opened open(String name) throws IOException {
        var entry =
                baseline.manifest().entries().stream()
                        .filter(it -> it.kind() == Kind.IMAGE && it.name().equals(name))
                        .filter(it -> store.has(it.content().root()))
                        .findFirst();
        if (entry.isEmpty()) {
            return NONE;
        }
        var file = Restoring.image(baseline.work().images(), entry.get());
        var bytes = new BufferedInputStream(Files.newInputStream(file), Taking.READ_AT_ONCE_BYTES);
        var tree = new TreeStream(entry.get().content(), this::require);
        return new Opened(Optional.of(new Known(bytes, tree)));
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return store.find(hash).orElseThrow(() -> new IOException("chunk " + hash + " is damaged"));
    }
}
