// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.krg.checkpoint.model.ChunkHash;

/// Pieces of a file, the first and the last among them, by which it is known again if it is too
/// long to be read while its program stands still.
///
/// @param hash of all pieces
record Samples(ChunkHash hash) {
    /// Few: on a slow disk each is a seek.
    private static final int COUNT = 16;

    static final int PIECE_BYTES = 4096;

    /// {@return the pieces of a file as it is now}
    ///
    /// @param sizeBytes at most as long as the file was once; pieces behind its end are empty
    static Samples of(FileChannel file, long sizeBytes) throws IOException {
        var pieces = ByteBuffer.allocate(COUNT * PIECE_BYTES);
        var last = Math.max(0, sizeBytes - PIECE_BYTES);
        for (var index = 0; index < COUNT; index++) {
            pieces.position(index * PIECE_BYTES).limit((index + 1) * PIECE_BYTES);
            read(
                    file,
                    pieces,
                    last / (COUNT - 1) * index + last % (COUNT - 1) * index / (COUNT - 1));
        }
        return new Samples(ChunkHash.of(pieces.array()));
    }

    private static void read(FileChannel file, ByteBuffer piece, long position) throws IOException {
        var at = position;
        while (piece.hasRemaining()) {
            var count = file.read(piece, at);
            if (count <= 0) {
                return;
            }
            at += count;
        }
    }
}
