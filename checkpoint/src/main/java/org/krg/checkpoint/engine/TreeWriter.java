// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.core.TreeBuilder;
import org.krg.checkpoint.engine.ChunkStore.Writing;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest.Content;

/// Cuts content into chunks and stores them with the tree above them.
final class TreeWriter {
    private final Writing writing;

    TreeWriter(Writing writing) {
        this.writing = writing;
    }

    /// {@return the content that was stored}
    ///
    /// @param sizeBytes how much of `input` is stored; what follows is left
    /// @throws IOException also if there is less
    Content write(InputStream input, long sizeBytes) throws IOException {
        try {
            return new Content(sizeBytes, root(input, sizeBytes));
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private ChunkHash root(InputStream input, long sizeBytes) throws IOException {
        var tree = new TreeBuilder(this::writeNode);
        for (var left = sizeBytes; left > 0; ) {
            var chunk = input.readNBytes((int) Math.min(left, HashTree.CHUNK_BYTES));
            if (chunk.length < Math.min(left, HashTree.CHUNK_BYTES)) {
                throw new IOException("it became shorter while it was read");
            }
            var hash = ChunkHash.of(chunk);
            writing.add(hash, chunk);
            tree.add(hash);
            left -= chunk.length;
        }
        return tree.finish();
    }

    private void writeNode(ChunkHash hash, byte[] node) {
        try {
            writing.addNode(hash, node);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
