// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Which file of which running kernel something is. Two agents that see the same one under a path
/// share it: they run on one machine.
final class FileIdentity {
    /// A new one with every start of the kernel, `random(4)`.
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private FileIdentity() {}

    static String of(long device, long inode) {
        try {
            return Files.readString(BOOT).strip() + ":" + device + ":" + inode;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return the identity of what has a path; empty when nothing has}
    static Optional<String> find(Path path) {
        try {
            return Optional.of(of(number(path, "dev"), number(path, "ino")));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static long number(Path path, String attribute) throws IOException {
        return ((Number) Files.getAttribute(path, "unix:" + attribute)).longValue();
    }
}
