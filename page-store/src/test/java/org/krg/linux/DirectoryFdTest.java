// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFdTest {
    @TempDir Path directory;

    @Test
    void aDirectoryIsMadeDurable() {
        DirectoryFd.sync(directory);
    }

    @Test
    void anEntryOfADeepDirectoryHasAShortPath() throws IOException {
        var deep =
                Files.createDirectories(
                        directory.resolve("d".repeat(100)).resolve("e".repeat(100)));
        Files.writeString(deep.resolve("file"), "content");

        try (var opened = DirectoryFd.open(deep)) {
            var path = opened.shortPath("file");

            assertThat(path.toString().length()).isLessThan(100);
            assertThat(path).hasContent("content");
        }
    }

    @Test
    void whatIsMissingOrNoDirectoryIsRefused() throws IOException {
        var missing = directory.resolve("missing");
        var file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> DirectoryFd.open(missing))
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT));
        assertThatThrownBy(() -> DirectoryFd.open(file))
                .isInstanceOf(LinuxException.class)
                .hasMessage("open(" + file + "): ENOTDIR");
    }
}
