// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// Directories of a bench.
public final class Scratch {
    private Scratch() {}

    /// Makes a directory where those of dev clusters are made too: on the same disk.
    public static Path make(String name) {
        try {
            return Files.createTempDirectory("krg-bench-" + name + "-");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static void remove(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (var each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
