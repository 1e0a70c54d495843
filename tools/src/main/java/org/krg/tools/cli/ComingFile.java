// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// A file that has its name only when it is whole and on the disk, and that only its owner can
/// read. Until then it is beside it, under that name, a number and `.part`; it is removed when the
/// verb fails or is interrupted.
public final class ComingFile implements AutoCloseable {
    private final Path target;
    private final Path coming;
    private final Thread hook;

    private ComingFile(Path target, Path coming) {
        this.target = target;
        this.coming = coming;
        this.hook = new Thread(this::remove, "remove-part");
    }

    /// Begins a file.
    ///
    /// @throws VerbFailed CONFLICT if it is there, NOT_FOUND if its directory is not
    public static ComingFile at(Path file) throws IOException {
        var target = file.toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw isThere(target);
        }
        var begun = new ComingFile(target, part(target));
        Runtime.getRuntime().addShutdownHook(begun.hook);
        return begun;
    }

    /// {@return a new file beside it, of this command alone: another one may make the same file}
    private static Path part(Path target) throws IOException {
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            return Files.createTempFile(
                    directory(target), target.getFileName() + ".", ".part", ownerOnly);
        } catch (NoSuchFileException noDirectory) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "cannot write " + target + ": its directory is not there",
                    "make the directory, or name a file elsewhere");
        }
    }

    private static Path directory(Path target) {
        return target.resolveSibling("");
    }

    private static VerbFailed isThere(Path target) {
        return new VerbFailed(
                ExitCode.CONFLICT, target + " is there already", "choose another name");
    }

    /// {@return where it is until it is kept}
    public Path path() {
        return coming;
    }

    /// Gives it its name, for good: a loss of power does not take it away.
    ///
    /// @throws VerbFailed CONFLICT if another file has that name meanwhile
    public void keep() throws IOException {
        force(coming);
        try {
            name();
        } catch (FileAlreadyExistsException other) {
            throw isThere(target);
        }
        force(directory(target));
    }

    /// Replaces nothing, unlike rename(2).
    private void name() throws IOException {
        try {
            Files.createLink(target, coming);
        } catch (FileAlreadyExistsException other) {
            throw other;
        } catch (FileSystemException noLinks) {
            // FAT and SMB have none. Java looks whether the name is free.
            Files.move(coming, target);
        }
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyLeaving) {
            // It is being removed.
        }
    }

    private void remove() {
        try {
            Files.deleteIfExists(coming);
        } catch (IOException stays) {
            throw new VerbFailed(ExitCode.FAILED, "cannot remove " + coming + ": " + stays, "");
        }
    }
}
