// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/// `xz` compressing a file with two threads; what it writes is part of its checkpoints.
///
/// @param original the file that is compressed
public record Compression(TestProgram program, Path original) {
    private static final int LINES = 700_000;
    private static final int LINE_BYTES = 48;
    private static final long SEED = 1;

    public static Compression in(Path directory) {
        var original = directory.resolve("numbers");
        write(original);
        var command =
                List.of("xz", "-T2", "-6e", "--block-size=4MiB", "--keep", original.toString());
        return new Compression(new TestProgram("compression", command, ""), original);
    }

    /// {@return what the compressed file decompresses to, in a file}
    public Path decompress() {
        var copy = original.resolveSibling("decompressed");
        try {
            var xz =
                    new ProcessBuilder("xz", "-dc", original + ".xz")
                            .redirectOutput(copy.toFile())
                            .start();
            if (xz.waitFor() != 0) {
                var said = new String(xz.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                throw new AssertionError("xz cannot decompress what krg let it write: " + said);
            }
            return copy;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", stop);
        }
    }

    /// Random text is the hardest to compress.
    private static void write(Path file) {
        var random = new Random(SEED);
        var line = new byte[LINE_BYTES];
        try (var writer = Files.newBufferedWriter(file)) {
            for (var i = 0; i < LINES; i++) {
                random.nextBytes(line);
                writer.write(Base64.getEncoder().encodeToString(line));
                writer.write('\n');
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
