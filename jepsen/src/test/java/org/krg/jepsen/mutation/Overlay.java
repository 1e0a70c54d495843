// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.mutation;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.tools.ToolProvider;

/// The classes of mutations, to stand before those of the project on the class path: copies of the
/// sources they touch, patched and compiled. The project stays as it is.
final class Overlay {
    private final Path root;
    private final Path work;
    private final String classPath;

    /// A patch does not fit, or what comes out of it does not compile.
    static final class Unfit extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message);
        }
    }

    /// @param work a directory that may be emptied
    Overlay(Path root, Path work, String classPath) {
        this.root = root;
        this.work = work;
        this.classPath = classPath;
    }

    /// {@return the directory of the classes}
    ///
    /// @param mutations of which no two touch the same source
    /// @throws Unfit if there are none
    Path make(List<Mutation> mutations) throws IOException, InterruptedException {
        empty();
        var sources = new ArrayList<Path>();
        for (var mutation : mutations) {
            sources.addAll(patch(mutation));
        }
        var classes = Files.createDirectories(work.resolve("classes"));
        var messages = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var arguments =
                List.of(
                        "-proc:none",
                        "-nowarn",
                        "-parameters",
                        "-cp",
                        classPath,
                        "-d",
                        classes + "");
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var compiles =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    arguments,
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources))
                            .call();
            if (!compiles) {
                var names =
                        mutations.stream()
                                .filter(each -> each.isNamedIn(messages.toString()))
                                .map(Mutation::name)
                                .collect(joining(", "));
                throw new Unfit(names + ": does not compile:\n" + messages);
            }
        }
        return classes;
    }

    /// {@return patched copies of the sources that a mutation touches}
    private List<Path> patch(Mutation mutation) throws IOException, InterruptedException {
        var copies = new ArrayList<Path>();
        for (var source : mutation.sources()) {
            var copy = work.resolve("sources").resolve(source);
            Files.createDirectories(copy.resolveSibling("."));
            Files.copy(root.resolve(source), copy);
            copies.add(copy);
        }
        var out = work.resolve("patch.out");
        var patch =
                new ProcessBuilder(
                                "patch",
                                "--strip=1",
                                "--batch",
                                "--forward",
                                "--no-backup-if-mismatch",
                                "--input=" + mutation.patch().toAbsolutePath())
                        .directory(work.resolve("sources").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (patch.waitFor() != 0 || copies.isEmpty()) {
            throw new Unfit(mutation.name() + " does not apply:\n" + Files.readString(out));
        }
        return copies;
    }

    private void empty() throws IOException {
        if (Files.exists(work)) {
            try (var paths = Files.walk(work)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(work.resolve("sources"));
    }
}
