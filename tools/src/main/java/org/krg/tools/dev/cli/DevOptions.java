// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevDirectory;
import picocli.CommandLine.Option;

/// Which dev cluster a verb means.
final class DevOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "directory of the dev cluster (KRG_DIR; default: the last one made)")
    private @Nullable Path directory;

    /// {@return the directory that was named, in the command or the environment}
    Optional<DevDirectory> findNamed(Terminal terminal) {
        return Optional.ofNullable(directory)
                .or(() -> terminal.variable("KRG_DIR").map(Path::of))
                .map(DevDirectory::at);
    }

    /// {@return the directory of the dev cluster that is meant, whether there is one in it or not}
    DevDirectory directory(Terminal terminal) {
        return findNamed(terminal).or(DevDirectory::last).orElseGet(DevDirectory::preset);
    }
}
