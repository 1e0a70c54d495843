// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// The ways in which the kernel says that a process ends while it is read, as Java tells them.
final class ProcTest {
    private static final String MAPS = "/proc/300/maps";

    @Test
    void whatHasEndedIsNotThere() throws IOException {
        assertThat(read(new NoSuchFileException(MAPS))).isFalse();
        assertThat(read(new FileSystemException(MAPS, null, "No such process"))).isFalse();
        assertThat(read(new IOException("No such process"))).isFalse();
        assertThat(read(new IOException("No such file or directory"))).isFalse();
    }

    @Test
    void norIsADirectoryThatEndsWhileItIsListed() throws IOException {
        var ended =
                Proc.whileThere(() -> {
                    throw new DirectoryIteratorException(new NoSuchFileException("/proc/300/fd"));
                });

        assertThat(ended).isEmpty();
    }

    @Test
    void anyOtherFailureIsOne() {
        assertThatThrownBy(() -> read(new AccessDeniedException(MAPS)))
                .isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> read(new IOException("Input/output error")))
                .hasMessage("Input/output error");
    }

    /// {@return whether it is there when reading it fails so}
    private static boolean read(IOException failure) throws IOException {
        return Proc.whileThere(
                        () -> {
                            throw failure;
                        })
                .isPresent();
    }
}
