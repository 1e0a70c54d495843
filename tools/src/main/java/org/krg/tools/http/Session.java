// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// The number by which a cluster recognises the requests of one client.
final class Session {
    private Session() {}

    /// {@return a positive random number of at most 63 bits}
    static long pick() {
        // The kernel's randomness directly: loading Java's providers of it takes longer than a
        // whole verb.
        try (var random = Files.newInputStream(Path.of("/dev/urandom"))) {
            return positive(ByteBuffer.wrap(random.readNBytes(Long.BYTES)).getLong());
        } catch (IOException none) {
            return positive(new SecureRandom().nextLong());
        }
    }

    private static long positive(long bits) {
        return Math.max(1, bits & Long.MAX_VALUE);
    }
}
