// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.krg.checkpoint.model.ChunkHash;

/// Builds the tree of hashes over a sequence of chunks. Used once, by one thread.
public final class TreeBuilder {
    private final BiConsumer<ChunkHash, byte[]> nodes;
    private final List<List<ChunkHash>> open = new ArrayList<>();

    /// @param nodes takes each node as soon as it is complete
    public TreeBuilder(BiConsumer<ChunkHash, byte[]> nodes) {
        this.nodes = nodes;
    }

    /// Appends a chunk.
    public void add(ChunkHash chunk) {
        add(0, chunk);
    }

    /// {@return the root, after the last chunk}
    public ChunkHash finish() {
        for (var level = 0; level < open.size(); level++) {
            var hashes = open.get(level);
            if (level == open.size() - 1 && hashes.size() == 1) {
                return hashes.getFirst();
            }
            close(level);
        }
        return HashTree.EMPTY;
    }

    // A full node is closed only when another hash follows it, so that no node has a single child
    // unless it is the last of its level.
    private void add(int level, ChunkHash hash) {
        if (level == open.size()) {
            open.add(new ArrayList<>(HashTree.FANOUT));
        }
        if (open.get(level).size() == HashTree.FANOUT) {
            close(level);
        }
        open.get(level).add(hash);
    }

    private void close(int level) {
        var hashes = open.get(level);
        var bytes = ByteBuffer.allocate(hashes.size() * ChunkHash.BYTES);
        hashes.forEach(hash -> hash.write(bytes));
        hashes.clear();
        var node = ChunkHash.of(bytes.array());
        nodes.accept(node, bytes.array());
        add(level + 1, node);
    }
}
