// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// `python3` hashing in threads and child processes, which end when a file appears.
public final class Hashes {
    private Hashes() {}

    /// {@return the program, installed in a directory}
    ///
    /// @param go the file it waits for
    public static TestProgram in(
            Path directory, String name, Path go, int threads, int children, int rounds) {
        var script = TestProgram.install("hashes.py", directory);
        var command =
                List.of(
                        "/usr/bin/python3",
                        script.toString(),
                        go.toString(),
                        Integer.toString(threads),
                        Integer.toString(children),
                        Integer.toString(rounds));
        var output = new StringBuilder("started\n");
        for (var i = 0; i < threads; i++) {
            output.append(chain("thread " + i, 2 * rounds)).append('\n');
        }
        for (var i = 0; i < children; i++) {
            output.append(chain("child " + i, 2 * rounds)).append('\n');
        }
        return new TestProgram(name, command, output.toString());
    }

    private static String chain(String seed, int rounds) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            var digest = seed.getBytes(UTF_8);
            for (var i = 0; i < rounds; i++) {
                digest = sha256.digest(digest);
            }
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
