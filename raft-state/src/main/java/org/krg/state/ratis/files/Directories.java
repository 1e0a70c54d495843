// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/// What is done with directories and must survive a loss of power.
public final class Directories {
    private Directories() {}

    /// Makes the names in a directory, or the content of a file, durable.
    public static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Replaces a small file: afterwards it is the old one or the new one.
    public static void writeDurably(Path file, String text) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is in no directory");
        }
        Files.createDirectories(directory);
        var coming = directory.resolve(file.getFileName() + ".tmp");
        Files.writeString(coming, text, StandardCharsets.UTF_8);
        force(coming);
        Files.move(coming, file, StandardCopyOption.ATOMIC_MOVE);
        force(directory);
    }

    /// {@return the entries whose name starts with `prefix`, in order}
    public static List<Path> children(Path directory, String prefix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    /// Renames a directory to `<name>.lost`, in place of an earlier one.
    public static void moveAside(Path directory) throws IOException {
        if (Files.exists(directory)) {
            var aside = directory.resolveSibling(directory.getFileName() + ".lost");
            delete(aside);
            Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    public static void deleteChildren(Path directory, String prefix) throws IOException {
        for (var child : children(directory, prefix)) {
            delete(child);
        }
    }

    /// Deletes a file or a tree, if it is there.
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (var entries = Files.walk(path)) {
            for (var entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }
}
