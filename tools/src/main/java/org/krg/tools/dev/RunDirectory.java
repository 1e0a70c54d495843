// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/// `/run/krg`, on which the cells of this machine mount their streams, each in its own namespace.
final class RunDirectory {
    static final Path PATH = Path.of("/run/krg");

    private RunDirectory() {}

    /// {@return whether it is there}
    static boolean exists() {
        return Files.exists(PATH);
    }

    /// {@return whether it is there although no cell of this machine can use it}
    static boolean isLeftOver() {
        return exists()
                && ProcessTable.all().stream()
                        .noneMatch(process ->
                                !process.arguments().isEmpty()
                                        && process.arguments().getFirst().endsWith("/krg-init"));
    }

    /// Has krg-init remove it if no cell uses it: a cell that was killed could not do so itself.
    static void sweep(Path krgHome) throws InterruptedException {
        var krgInit = krgHome.resolve("target/native/krg-init");
        if (exists() && Files.isExecutable(krgInit)) {
            try {
                new ProcessBuilder(krgInit.toString(), "--sweep")
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot run " + krgInit, failure);
            }
        }
    }
}
