// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.krg.linux.Account;

/// Where a user's commands remember things, `${XDG_STATE_HOME:-~/.local/state}/krg`: the last dev
/// cluster, and the dev cluster that has no directory of its own.
///
/// Nothing depends on it: where it cannot be written, nothing is remembered.
record StateHome(Path directory) {
    static StateHome ofUser() {
        var state =
                Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
                        .filter(text -> text.startsWith("/"))
                        .map(Path::of)
                        .orElseGet(
                                () -> Path.of(System.getProperty("user.home"), ".local", "state"));
        return new StateHome(state.resolve("krg"));
    }

    /// {@return the directory of `dev up` without `--dir`; under `/tmp` if there is no state
    /// directory that can be written}
    Path presetCluster() {
        var preset = directory.resolve("dev-cluster");
        try {
            Files.createDirectories(directory);
            if (Files.isWritable(directory)) {
                return preset;
            }
        } catch (IOException unusable) {
            // Said by the caller, who sees that the path is another.
        }
        return Path.of("/tmp", "krg-dev-" + Account.ownUid());
    }

    /// {@return the directory of the last `dev up`}
    Optional<Path> findLast() {
        try {
            return Optional.of(Files.readString(note()).strip())
                    .filter(text -> text.startsWith("/"))
                    .map(Path::of);
        } catch (IOException | InvalidPathException none) {
            return Optional.empty();
        }
    }

    /// Remembers the directory as that of the last `dev up`.
    void remember(Path cluster) {
        try {
            Files.createDirectories(directory);
            Files.writeString(note(), cluster + "\n");
        } catch (IOException unusable) {
            // The user then has to name the directory.
        }
    }

    /// Forgets the directory if it is that of the last `dev up`.
    void forget(Path cluster) {
        if (findLast().filter(cluster::equals).isPresent()) {
            try {
                Files.deleteIfExists(note());
            } catch (IOException unusable) {
                // It is ignored anyhow once there is no cluster in it.
            }
        }
    }

    private Path note() {
        return directory.resolve("dev");
    }
}
