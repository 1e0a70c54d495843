// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.model.ChunkHash;

/// How content becomes a tree of hashes. Leaves are chunks of [#CHUNK_BYTES]; a node is the
/// concatenation of the hashes below it, at most [#FANOUT], and is itself a chunk, named by its
/// hash. All leaves are at the same depth, which follows from the size: so a node is never taken
/// for a leaf.
///
/// An unchanged stretch, however long, costs nothing but the hashes beside its topmost nodes; a
/// single changed page costs itself and one node a level.
public final class HashTree {
    /// A page: what a program changes, changes in pages, and CRIU writes them aligned.
    public static final int CHUNK_BYTES = 4096;

    /// Hashes in a node. A small fan-out keeps what a single changed page costs low (512 bytes a
    /// level); the sum of all nodes is a hundredth of the content for any fan-out.
    public static final int FANOUT = 16;

    /// The name of no bytes.
    public static final ChunkHash EMPTY = ChunkHash.of(new byte[0]);

    private HashTree() {}

    /// {@return how many chunks content of this size has}
    public static long chunks(long sizeBytes) {
        return Math.ceilDiv(sizeBytes, CHUNK_BYTES);
    }

    /// {@return levels of nodes above the chunks; 0 for at most one chunk}
    public static int depth(long sizeBytes) {
        var depth = 0;
        for (var width = chunks(sizeBytes); width > 1; width = Math.ceilDiv(width, FANOUT)) {
            depth++;
        }
        return depth;
    }

    /// {@return the hashes in a node}
    ///
    /// @throws IllegalArgumentException if it is none
    public static List<ChunkHash> children(byte[] node) {
        var count = node.length / ChunkHash.BYTES;
        if (node.length % ChunkHash.BYTES != 0 || count < 1 || count > FANOUT) {
            throw new IllegalArgumentException("not a node: " + node.length + " bytes");
        }
        var bytes = ByteBuffer.wrap(node);
        var children = new ArrayList<ChunkHash>(count);
        while (bytes.hasRemaining()) {
            children.add(ChunkHash.read(bytes));
        }
        return children;
    }
}
