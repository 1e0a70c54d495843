// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
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
        return write(input, sizeBytes, Optional.empty());
    }

    /// Content whose hashes are known.
    ///
    /// @param bytes as they are on the disk
    /// @param tree the same as stored
    record Known(InputStream bytes, TreeStream tree) {
        /// {@return the hash of the next chunk if it is `chunk`}
        private Optional<ChunkHash> next(byte[] chunk) throws IOException {
            var hash = tree.skipChunk();
            var same = Arrays.equals(bytes.readNBytes(HashTree.CHUNK_BYTES), chunk);
            return same ? hash : Optional.empty();
        }
    }

    /// {@return the content that was stored}
    ///
    /// @param earlier much the same: comparing is faster than hashing
    Content write(InputStream input, long sizeBytes, Optional<Known> earlier) throws IOException {
        try {
            return new Content(sizeBytes, root(input, sizeBytes, earlier));
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private ChunkHash root(InputStream input, long sizeBytes, Optional<Known> earlier)
            throws IOException {
        var tree = new TreeBuilder(this::writeNode);
        for (var left = sizeBytes; left > 0; ) {
            var chunk = input.readNBytes((int) Math.min(left, HashTree.CHUNK_BYTES));
            if (chunk.length < Math.min(left, HashTree.CHUNK_BYTES)) {
                throw new IOException("it became shorter while it was read");
            }
            var known =
                    earlier.isPresent() ? earlier.get().next(chunk) : Optional.<ChunkHash>empty();
            var hash = known.orElseGet(() -> ChunkHash.of(chunk));
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
