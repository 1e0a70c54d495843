// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A program that runs for a while and whose output is known.
///
/// @param name of its job
/// @param command the program and its arguments
/// @param output everything it writes to standard output
public record TestProgram(String name, List<String> command, String output) {
    /// {@return a file of the test's resources, put into a directory}
    static Path install(String resource, Path directory) {
        var file = directory.resolve(resource);
        try (var text = TestProgram.class.getResourceAsStream("/programs/" + resource)) {
            if (text == null) {
                throw new AssertionError("no resource " + resource);
            }
            Files.write(file, text.readAllBytes());
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
