// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// A file that has its name only when it is whole, and that only its owner can read. Until then it
/// is beside it, with `.part` behind the name; it is removed when the verb fails or is interrupted.
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
            throw new VerbFailed(
                    ExitCode.CONFLICT, file + " is there already", "choose another name");
        }
        var coming = target.resolveSibling(target.getFileName() + ".part");
        Files.deleteIfExists(coming);
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.createFile(coming, ownerOnly);
        } catch (NoSuchFileException noDirectory) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "cannot write " + file + ": its directory is not there",
                    "make the directory, or name a file elsewhere");
        }
        var begun = new ComingFile(target, coming);
        Runtime.getRuntime().addShutdownHook(begun.hook);
        return begun;
    }

    /// {@return where it is until it is kept}
    public Path path() {
        return coming;
    }

    /// Gives it its name.
    public void keep() throws IOException {
        Files.move(coming, target);
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
