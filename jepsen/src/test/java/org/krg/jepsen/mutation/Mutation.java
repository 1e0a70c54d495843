// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A way to break a promise: a patch with a header of lines `Promise: 7, 9`, `Broken: WHAT` and one
/// or more `Test: CLASS` or `Test: CLASS#METHOD`.
///
/// @param promises numbers of `docs/guarantees.md`
/// @param broken what the patch does, in words
/// @param tests those that must notice
/// @param sources the files it changes, from the root of the project
record Mutation(
        Path patch, List<Integer> promises, String broken, List<String> tests, List<Path> sources) {
    private static final Path DIRECTORY = Path.of("jepsen", "src", "mutations");
    private static final Pattern SOURCE = Pattern.compile("\\+\\+\\+ b/(\\S+).*");

    /// {@return all mutations of the project, in the order of their names}
    static List<Mutation> all(Path root) {
        try (var files = Files.list(root.resolve(DIRECTORY))) {
            return files.filter(file -> file.toString().endsWith(".patch"))
                    .sorted()
                    .map(Mutation::read)
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return what a patch says of itself}
    static Mutation read(Path patch) {
        try {
            var lines = Files.readAllLines(patch);
            return new Mutation(
                    patch,
                    values(lines, "Promise")
                            .flatMap(value -> Arrays.stream(value.split(", *")))
                            .map(Integer::valueOf)
                            .toList(),
                    String.join(" ", values(lines, "Broken").toList()),
                    values(lines, "Test").toList(),
                    lines.stream()
                            .map(SOURCE::matcher)
                            .filter(line -> line.matches())
                            .map(line -> Path.of(line.group(1)))
                            .toList());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Stream<String> values(List<String> lines, String name) {
        var start = name + ": ";
        return lines.stream()
                .takeWhile(line -> !line.startsWith("--- "))
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip());
    }

    String name() {
        return patch.getFileName().toString().replace(".patch", "");
    }

    /// {@return whether it touches nothing that another one does}
    boolean isApartFrom(Mutation other) {
        return Collections.disjoint(sources, other.sources);
    }

    /// {@return whether what the compiler said is about a file that it changes}
    boolean isNamedIn(String messages) {
        return sources.stream().anyMatch(source -> messages.contains(source.toString()));
    }
}
