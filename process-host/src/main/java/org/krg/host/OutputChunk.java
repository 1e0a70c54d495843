// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.nio.ByteBuffer;

/// A piece of a program's output.
///
/// @param offset position of the first byte in the stream
/// @param bytes from position to limit; read-only
/// @param sizeBytes size of the stream now
/// @param ended whether nothing follows what is in the stream now
public record OutputChunk(long offset, ByteBuffer bytes, long sizeBytes, boolean ended) {
    public OutputChunk {
        bytes = bytes.asReadOnlyBuffer();
    }

    /// {@return whether the reader has seen everything that will ever be there}
    public boolean isLast() {
        return ended && offset + bytes.remaining() >= sizeBytes;
    }
}
