// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Makes what the agents of a cluster prove to each other.
final class Secrets {
    private static final int BYTES = 32;

    private Secrets() {}

    /// Writes a new secret to a file that only its owner may read. One that is there is kept:
    /// agents may use it.
    static void write(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
    }
}
