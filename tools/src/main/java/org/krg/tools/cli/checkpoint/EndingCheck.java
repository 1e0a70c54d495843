// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.state.model.InvariantBroken;

/// Passes bytes on, and tells whether the last ones are the SHA-256 of the others. Written to by
/// one thread; the count may be asked for by any.
final class EndingCheck extends FilterOutputStream {
    private final MessageDigest digest;
    private final AtomicLong count = new AtomicLong();

    /// The last bytes so far.
    private byte[] ending = new byte[0];

    private final int length;

    /// @param length of a digest, in bytes
    EndingCheck(OutputStream out, int length) {
        super(out);
        this.length = length;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int many) throws IOException {
        out.write(bytes, offset, many);
        count.addAndGet(many);
        var held = Arrays.copyOf(ending, ending.length + many);
        System.arraycopy(bytes, offset, held, ending.length, many);
        var passed = Math.max(0, held.length - length);
        digest.update(held, 0, passed);
        ending = Arrays.copyOfRange(held, passed, held.length);
    }

    /// {@return bytes so far}
    long count() {
        return count.get();
    }

    /// {@return whether all have come, unchanged} To be asked once, at the end.
    boolean isGood() {
        return MessageDigest.isEqual(digest.digest(), ending);
    }
}
