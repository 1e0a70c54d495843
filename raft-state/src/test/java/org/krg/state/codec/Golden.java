// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Files of bytes that must never change, because logs and stores out there hold them.
///
/// A new kind adds a line: `-Dkrg.golden=write` writes the files anew, and the difference must only
/// show added lines.
final class Golden {
    private static final Path DIRECTORY =
            Path.of(System.getProperty("krg.root"), "raft-state/src/test/resources/golden");

    private Golden() {}

    /// Checks that the file says `lines`.
    static void check(String name, List<String> lines) throws IOException {
        var file = DIRECTORY.resolve(name + ".hex");
        if ("write".equals(System.getProperty("krg.golden"))) {
            Files.createDirectories(DIRECTORY);
            Files.write(file, lines);
        }
        assertThat(Files.readAllLines(file)).isEqualTo(lines);
    }
}
