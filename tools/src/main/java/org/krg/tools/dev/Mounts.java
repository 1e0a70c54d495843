// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this process sees mounted, `/proc/self/mounts`.
final class Mounts {
    private static final Path TABLE = Path.of("/proc/self/mounts");

    private Mounts() {}

    /// One line of the table.
    record Mount(Path where, String type) {}

    static List<Mount> all() {
        try (var lines = Files.lines(TABLE)) {
            return lines.map(line -> line.split(" "))
                    .map(words -> new Mount(Path.of(unescaped(words[1])), words[2]))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + TABLE, failure);
        }
    }

    /// {@return what is mounted at `directory` or below it, the innermost first}
    static List<Mount> below(Path directory) {
        return all().reversed().stream()
                .filter(mount -> mount.where().startsWith(directory))
                .toList();
    }

    // getmntent(3): blanks and backslashes are written as octal numbers.
    private static String unescaped(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
