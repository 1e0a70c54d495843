// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where CRIU is.
final class CriuProgram {
    /// Where `tools/setup` puts it on machines whose own is too old.
    private static final Path PREFIX = Path.of("/var/lib/krg-tools/criu/criu");

    private CriuProgram() {}

    /// {@return the command: the configured one, else that of the private prefix, else the one in
    /// `PATH`}
    static String find(Optional<Path> configured) {
        return configured
                .or(() -> Optional.of(PREFIX).filter(Files::isExecutable))
                .map(Path::toString)
                .orElse("criu");
    }
}
