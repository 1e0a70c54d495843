// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A directory for the images and files of one take or restore, removed at its end. CRIU reads and
/// writes them as they are: all of them are below `tmp`, which may be a file system in memory.
record WorkDirectory(Path path) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkDirectory.class);

    private static final String BASELINES = "baselines";

    /// Makes an empty directory.
    static WorkDirectory create(Path images, String name) throws IOException {
        return at(parent(images).resolve(name));
    }

    private static Path parent(Path images) {
        return images.resolve("tmp");
    }

    /// {@return where images stay for longer than one take}
    static Path baselines(Path images) {
        return parent(images).resolve(BASELINES);
    }

    /// Makes an empty directory of this path.
    static WorkDirectory at(Path path) throws IOException {
        var work = new WorkDirectory(path);
        work.close();
        Files.createDirectories(work.images());
        Files.createDirectories(work.logs());
        Files.createDirectories(work.files());
        return work;
    }

    /// Removes what a crash has left of takes and restores.
    static void clean(Path images) throws IOException {
        Files.createDirectories(parent(images));
        try (var left = Files.newDirectoryStream(parent(images))) {
            for (var path : left) {
                if (!path.equals(baselines(images))) {
                    remove(path);
                }
            }
        }
    }

    /// Removes a directory with all that is in it.
    static void remove(Path path) {
        new WorkDirectory(path).close();
    }

    Path images() {
        return path.resolve("images");
    }

    Path logs() {
        return path.resolve("work");
    }

    Path files() {
        return path.resolve("files");
    }

    /// Removes it. What cannot be removed stays until the next start.
    @Override
    public void close() {
        if (!Files.exists(path)) {
            return;
        }
        try {
            Files.walkFileTree(
                    path,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes about)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path directory, @Nullable IOException failure) throws IOException {
                            Files.delete(directory);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException failure) {
            log.warn("cannot remove a work directory directory={}", path, failure);
        }
    }
}
