// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Reading of what `/proc` says of a process that may end meanwhile, `proc(5)`. Its directory is
/// gone then (ENOENT), or is still there and what is in it can be opened or read no more (ESRCH): a
/// process that is ending lets go of its memory and descriptors before it leaves the list.
final class Proc {
    private static final Set<String> HAS_ENDED =
            Set.of("No such file or directory", "No such process");

    private Proc() {}

    /// What is to be read.
    interface Reading<T> {
        /// {@return what was read}
        ///
        /// @throws IOException if it cannot be read, or is not there any more
        T read() throws IOException;
    }

    /// {@return what was read, or nothing if its process, thread, descriptor or mapping has ended}
    ///
    /// @throws IOException if it is there and cannot be read
    static <T> Optional<T> whileThere(Reading<T> reading) throws IOException {
        try {
            return Optional.of(reading.read());
        } catch (DirectoryIteratorException failure) {
            return nothingOf(Objects.requireNonNull(failure.getCause()));
        } catch (IOException failure) {
            return nothingOf(failure);
        }
    }

    /// {@return the lines of a file}
    static List<String> lines(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    }

    private static <T> Optional<T> nothingOf(IOException failure) throws IOException {
        if (saysEnded(failure)) {
            return Optional.empty();
        }
        throw failure;
    }

    /// open(2) is refused with a reason beside the file, read(2) with a sentence alone.
    private static boolean saysEnded(IOException failure) {
        return failure instanceof NoSuchFileException
                || HAS_ENDED.contains(
                        String.valueOf(
                                failure instanceof FileSystemException opening
                                        ? opening.getReason()
                                        : failure.getMessage()));
    }
}
