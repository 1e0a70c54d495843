// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.krg.host.HostFailure;

/// The file whose content lets its readers use the node's API.
public final class TokenFile {
    private static final int RANDOM_BYTES = 32;

    private TokenFile() {}

    /// {@return the token in `file`, which is made when it is not there; its owner alone can read
    /// it}
    public static String open(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            var token = Files.readString(file).strip();
            if (token.length() < RANDOM_BYTES) {
                throw new HostFailure(
                        HostFailure.Code.USAGE,
                        "the token in " + file + " is shorter than 32 characters",
                        "remove the file: the agent makes another one");
            }
            return token;
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "cannot keep the token of the API in " + file + ": " + failure,
                    "see that the agent may write there",
                    failure);
        }
    }

    private static void create(Path file) throws IOException {
        var random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        Files.createDirectories(file.toAbsolutePath().getParent());
        var made =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        "token",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(made, HexFormat.of().formatHex(random) + "\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
