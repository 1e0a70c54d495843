// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.DirectoryContents.Directory;
import org.krg.checkpoint.model.DirectoryContents.Link;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.SavedFile;

/// Walks through a directory of a cell; follows no link. What vanishes while the program runs is
/// left out. Used once.
final class DirectoryScan extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Path top;
    private final List<SavedFile> files = new ArrayList<>();
    private final List<Directory> directories = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    DirectoryScan(CellView cell, String directory) {
        this.root = Path.of("/proc", Long.toString(cell.initPid()), "root");
        this.top = Path.of(root.toString(), directory);
    }

    DirectoryContents run() throws IOException {
        if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
            return DirectoryContents.NONE;
        }
        Files.walkFileTree(top, this);
        files.sort(Comparator.comparing(SavedFile::path));
        directories.sort(Comparator.comparing(Directory::path));
        links.sort(Comparator.comparing(Link::path));
        return new DirectoryContents(
                Optional.of(directory(top)),
                files,
                directories,
                links,
                others.stream().sorted().toList());
    }

    // A name is bytes: those that are no text in the language of this process come back as others.
    private static boolean isTold(Path name) {
        try {
            return Path.of(name.toString()).equals(name);
        } catch (InvalidPathException untold) {
            return false;
        }
    }

    private Directory directory(Path directory) throws IOException {
        return new Directory(path(directory), UnixStat.facts(directory));
    }

    private String path(Path file) {
        return "/" + root.relativize(file);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
            throws IOException {
        if (directory.equals(top)) {
            return FileVisitResult.CONTINUE;
        }
        if (!isTold(directory)) {
            others.add(path(directory));
            return FileVisitResult.SKIP_SUBTREE;
        }
        directories.add(directory(directory));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        try {
            visit(file, attributes);
        } catch (NoSuchFileException gone) {
            // Between the list and the look.
        }
        return FileVisitResult.CONTINUE;
    }

    private void visit(Path file, BasicFileAttributes attributes) throws IOException {
        if (!isTold(file)) {
            others.add(path(file));
        } else if (attributes.isRegularFile()) {
            files.add(new SavedFile(path(file), file.toString(), false, UnixStat.facts(file)));
        } else if (attributes.isSymbolicLink()) {
            var target = Files.readSymbolicLink(file);
            if (isTold(target)) {
                links.add(new Link(path(file), target.toString(), UnixStat.ownFacts(file)));
            } else {
                others.add(path(file));
            }
        } else if (UnixStat.type(file) != OpenFile.Type.SOCKET) {
            others.add(path(file));
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
            throws IOException {
        if (failure != null && !(failure instanceof NoSuchFileException)) {
            throw failure;
        }
        return FileVisitResult.CONTINUE;
    }
}
