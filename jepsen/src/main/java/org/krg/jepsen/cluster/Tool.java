// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs of the machine that campaigns make what they need with: a compiler, `umount`.
public final class Tool {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Tool() {}

    /// Writes a source out of the jar into a directory.
    ///
    /// @param owner in whose package it is
    /// @return the file
    public static Path source(Class<?> owner, String name, Path directory) {
        try (var code = owner.getResourceAsStream(name)) {
            if (code == null) {
                throw new CampaignFailed("the jar lacks " + name);
            }
            return Files.write(directory.resolve(name), code.readAllBytes());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Runs a command to its end, a minute at most.
    ///
    /// @param more words behind `command`
    /// @return what it printed
    /// @throws CampaignFailed with that, if it fails
    public static String run(List<String> command, String... more) {
        var line = new ArrayList<>(command);
        line.addAll(List.of(more));
        try {
            var out = Files.createTempFile("krg-tool-", ".out");
            try {
                var process =
                        new ProcessBuilder(line)
                                .redirectErrorStream(true)
                                .redirectOutput(out.toFile())
                                .start();
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)
                        || process.exitValue() != 0) {
                    process.destroyForcibly();
                    throw new CampaignFailed(
                            String.join(" ", line)
                                    + " failed; tools/setup installs what it needs:\n"
                                    + Files.readString(out));
                }
                return Files.readString(out).strip();
            } finally {
                Files.delete(out);
            }
        } catch (IOException | InterruptedException failed) {
            throw new CampaignFailed("cannot run " + String.join(" ", line), failed);
        }
    }
}
