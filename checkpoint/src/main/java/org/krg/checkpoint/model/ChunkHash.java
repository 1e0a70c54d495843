// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.krg.state.model.Sha256;

/// The SHA-256 digest of a chunk, which is its name. Big-endian words of the digest.
public record ChunkHash(long first, long second, long third, long fourth) {
    /// Length as bytes.
    public static final int BYTES = 32;

    /// {@return the name of the remaining bytes, which are consumed}
    public static ChunkHash of(ByteBuffer content) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(content);
            return read(ByteBuffer.wrap(digest.digest()));
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every Java has SHA-256", missing);
        }
    }

    /// {@return the name of `content`}
    public static ChunkHash of(byte[] content) {
        return of(ByteBuffer.wrap(content));
    }

    /// {@return the hash whose bytes come next in `bytes`}
    public static ChunkHash read(ByteBuffer bytes) {
        return new ChunkHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /// Appends the hash to `bytes`.
    public void write(ByteBuffer bytes) {
        bytes.putLong(first).putLong(second).putLong(third).putLong(fourth);
    }

    /// {@return the hash as the digest it is}
    public Sha256 digest() {
        return new Sha256(toString());
    }

    @Override
    public String toString() {
        var hex = HexFormat.of();
        return hex.toHexDigits(first)
                + hex.toHexDigits(second)
                + hex.toHexDigits(third)
                + hex.toHexDigits(fourth);
    }
}
