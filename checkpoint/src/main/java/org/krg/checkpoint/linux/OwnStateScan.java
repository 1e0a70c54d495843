// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.OwnState;
import org.krg.checkpoint.model.SavedFile;

/// Walks through the directory that a program saves itself in; follows no link. What vanishes while
/// the program runs is left out. Used once.
final class OwnStateScan extends SimpleFileVisitor<Path> {
    private final CellView cell;
    private final Path root;
    private final List<SavedFile> files = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    OwnStateScan(CellView cell) {
        this.cell = cell;
        this.root = Path.of("/proc", Long.toString(cell.initPid()), "root");
    }

    OwnState run() throws IOException {
        var directory =
                cell.ownState()
                        .orElseThrow(() ->
                                new IOException(
                                        "the program was given no directory to save itself in"));
        Files.walkFileTree(Path.of(root.toString(), directory), this);
        files.sort(Comparator.comparing(SavedFile::path));
        return new OwnState(files, others.stream().sorted().toList());
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        var path = "/" + root.relativize(file);
        if (attributes.isRegularFile()) {
            try {
                files.add(new SavedFile(path, file.toString(), false, UnixStat.facts(file)));
            } catch (NoSuchFileException gone) {
                return FileVisitResult.CONTINUE;
            }
        } else {
            others.add(path);
        }
        return FileVisitResult.CONTINUE;
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
