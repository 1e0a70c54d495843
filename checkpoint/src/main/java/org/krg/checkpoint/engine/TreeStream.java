// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.core.HashTree;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Manifest.Content;

/// Stored content as a stream. Used by one thread.
final class TreeStream extends InputStream {
    private final ChunkSource source;
    private final int depth;

    /// Hashes still to be read at each level, the lowest level first.
    private final Deque<Iterator<ChunkHash>> levels = new ArrayDeque<>();

    private byte[] chunk = new byte[0];
    private int position;

    /// Where chunks come from.
    interface ChunkSource {
        /// {@return a chunk, verified}
        byte[] require(ChunkHash hash) throws IOException;
    }

    TreeStream(Content content, ChunkSource source) {
        this.source = source;
        this.depth = HashTree.depth(content.sizeBytes());
        var root = content.sizeBytes() == 0 ? List.<ChunkHash>of() : List.of(content.root());
        levels.push(root.iterator());
    }

    @Override
    public int read() throws IOException {
        if (position == chunk.length && !advance()) {
            return -1;
        }
        return Byte.toUnsignedInt(chunk[position++]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == chunk.length && !advance()) {
            return -1;
        }
        var count = Math.min(length, chunk.length - position);
        System.arraycopy(chunk, position, target, offset, count);
        position += count;
        return count;
    }

    /// {@return the hash of the next chunk, which is skipped; empty at the end}
    Optional<ChunkHash> skipChunk() throws IOException {
        while (!levels.isEmpty()) {
            if (!levels.peek().hasNext()) {
                levels.pop();
            } else if (levels.size() == depth + 1) {
                return Optional.of(levels.peek().next());
            } else {
                var node = source.require(levels.peek().next());
                levels.push(HashTree.children(node).iterator());
            }
        }
        return Optional.empty();
    }

    private boolean advance() throws IOException {
        var next = skipChunk();
        if (next.isEmpty()) {
            return false;
        }
        chunk = source.require(next.get());
        position = 0;
        return true;
    }
}
