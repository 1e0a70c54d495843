// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.krg.host.HostFailure;

/// What the agents of a cluster prove to each other.
final class Secret {
    /// Shorter ones can be guessed.
    private static final int MIN_BYTES = 16;

    private Secret() {}

    /// {@return the secret in a file that only its owner can read}
    static byte[] read(Path file) {
        try {
            var permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new HostFailure(
                        HostFailure.Code.NOT_PERMITTED,
                        "others can read the cluster's secret in " + file,
                        "chmod 600 " + file);
            }
            var secret = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
            if (secret.length < MIN_BYTES) {
                throw new HostFailure(
                        HostFailure.Code.USAGE,
                        "the secret in " + file + " is shorter than " + MIN_BYTES + " bytes",
                        "put a long random text there, the same on every node");
            }
            return secret;
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "cannot read the cluster's secret: " + failure,
                    "copy the file from a node of the cluster and name it as cluster.secret-file",
                    failure);
        }
    }
}
