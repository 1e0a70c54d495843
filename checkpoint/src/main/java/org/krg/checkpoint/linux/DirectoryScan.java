// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.DirectoryContents.Directory;
import org.krg.checkpoint.model.DirectoryContents.Link;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source;
import org.krg.linux.Descriptor;
import org.krg.linux.LinuxException;
import org.krg.linux.UserRoot;

/// Walks through a directory as a user may: what is opened is opened in that user's name, and what
/// is told of a file is told by what was opened. Follows no link below the directory. What vanishes
/// while the program runs is left out. Used once.
final class DirectoryScan {
    private final UserRoot root;
    private final List<SavedFile> files = new ArrayList<>();
    private final List<Directory> directories = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private final List<String> denied = new ArrayList<>();
    private final Deque<String> unvisited = new ArrayDeque<>();

    /// @param root of the cell, as its user sees it
    DirectoryScan(UserRoot root) {
        this.root = root;
    }

    DirectoryContents run(String directory) throws IOException {
        visitDirectory(directory);
        var itself =
                directories.isEmpty()
                        ? Optional.<Directory>empty()
                        : directories.stream().findFirst();
        directories.clear();
        while (!unvisited.isEmpty()) {
            visitDirectory(unvisited.remove());
        }
        files.sort(Comparator.comparing(SavedFile::path));
        directories.sort(Comparator.comparing(Directory::path));
        links.sort(Comparator.comparing(Link::path));
        return new DirectoryContents(
                itself,
                files,
                directories,
                links,
                others.stream().sorted().toList(),
                denied.stream().sorted().toList());
    }

    private interface Opening {
        Descriptor open();
    }

    private interface Use {
        void of(Path link) throws IOException;
    }

    private void visit(String path, Opening opening, Use use) throws IOException {
        try (var opened = opening.open()) {
            use.of(opened.link());
        } catch (LinuxException failure) {
            if (failure.errno().isDenied()) {
                denied.add(path);
            } else if (!failure.errno().isMissing()) {
                throw new IOException(failure.getMessage(), failure);
            }
        }
    }

    private void visitDirectory(String path) throws IOException {
        visit(
                path,
                () -> root.list(path),
                link -> {
                    directories.add(new Directory(path, UnixStat.facts(link)));
                    try (var entries = Files.newDirectoryStream(link)) {
                        for (var entry : entries) {
                            visit(path + "/" + entry.getFileName(), entry);
                        }
                    } catch (DirectoryIteratorException failure) {
                        throw Objects.requireNonNull(failure.getCause());
                    }
                });
    }

    /// @param entry by which its directory, which the user may search, has it
    private void visit(String path, Path entry) throws IOException {
        try {
            var attributes =
                    Files.readAttributes(
                            entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!isTold(entry.getFileName())) {
                others.add(path);
            } else if (attributes.isDirectory()) {
                unvisited.add(path);
            } else if (attributes.isRegularFile()) {
                visitFile(path);
            } else if (attributes.isSymbolicLink()) {
                visitLink(path, entry);
            } else if (UnixStat.type(entry) != OpenFile.Type.SOCKET) {
                others.add(path);
            }
        } catch (NoSuchFileException gone) {
            // Between the list and the look.
        }
    }

    private void visitFile(String path) throws IOException {
        visit(
                path,
                () -> root.read(path),
                link -> {
                    if (UnixStat.type(link) == OpenFile.Type.REGULAR) {
                        var facts = UnixStat.facts(link);
                        files.add(new SavedFile(path, new Source.ByPath(), false, facts));
                    } else {
                        others.add(path);
                    }
                });
    }

    private void visitLink(String path, Path entry) throws IOException {
        var target = Files.readSymbolicLink(entry);
        if (isTold(target)) {
            links.add(new Link(path, target.toString(), UnixStat.ownFacts(entry)));
        } else {
            others.add(path);
        }
    }

    // A name is bytes: those that are no text in the language of this process come back as others.
    private static boolean isTold(Path name) {
        try {
            return Path.of(name.toString()).equals(name);
        } catch (InvalidPathException untold) {
            return false;
        }
    }
}
