// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UserRootTest {
    private static final UserRights NOBODY = new UserRights(65_534, 65_534, List.of());

    @TempDir Path directory;

    private UserRoot root;

    @BeforeEach
    void open() throws IOException {
        mode(directory, "rwxr-xr-x");
        file("open", "rw-r--r--");
        file("closed", "rw-------");
        root = UserRoot.open(directory, NOBODY);
    }

    @AfterEach
    void close() {
        if (root != null) {
            root.close();
        }
    }

    @Test
    void aFileIsReadWhereTheUserMay() throws IOException {
        try (var opened = root.read("/open")) {
            assertThat(Files.readString(opened.link())).isEqualTo("open");
        }
        assertDenied(() -> root.read("/closed"));
        assertMissing(() -> root.read("/none"));
    }

    @Test
    void aDirectoryIsListedWhereTheUserMayBothListAndSearch() throws IOException {
        mode(Files.createDirectory(directory.resolve("listed")), "rwxr--r--");
        mode(Files.createDirectory(directory.resolve("searched")), "rwx--x--x");

        root.list("/").close();
        assertDenied(() -> root.list("/listed"));
        assertDenied(() -> root.list("/searched"));
        assertMissing(() -> root.list("/open"));
    }

    @Test
    void noLinkLeadsOutOfTheRootOrPastTheRights() throws IOException {
        Files.createSymbolicLink(directory.resolve("up"), Path.of("../../../../etc"));
        Files.createSymbolicLink(directory.resolve("down"), Path.of("/private"));
        Files.createSymbolicLink(directory.resolve("last"), Path.of("open"));
        var own = Files.createDirectory(directory.resolve("private"));
        file("private/open", "rw-r--r--");

        assertMissing(() -> root.read("/up/passwd"));
        assertMissing(() -> root.read("/last"));
        root.read("/down/open").close();
        mode(own, "rwx------");
        assertDenied(() -> root.read("/down/open"));
    }

    @Test
    void whatIsHeldOpenIsReadWhereModeAndOwnerLetTheUser() throws IOException {
        var closed = directory.resolve("closed");
        try (var held = FileChannel.open(closed, StandardOpenOption.WRITE)) {
            assertThat(held.size()).isEqualTo(6);
            var link = link(closed);
            Files.delete(closed);
            assertDenied(() -> root.openLinked(link, true, false));
            Files.setPosixFilePermissions(link, PosixFilePermissions.fromString("rw----r--"));
            try (var opened = root.openLinked(link, true, false)) {
                assertThat(Files.readString(opened.link())).isEqualTo("closed");
            }
        }
    }

    @Test
    void whatIsFoundNeedsNoRightsButThoseToSearch() throws IOException {
        var odd = Path.of("odd %41?#");
        file(odd.toString(), "rw-------");
        mode(Files.createDirectory(directory.resolve("private")), "rwx------");
        file("private/open", "rw-r--r--");

        try (var found = root.find(Path.of("/").resolve(odd))) {
            assertThat(Files.size(found.link())).isPositive();
            assertDenied(() -> root.openLinked(found.link(), true, false));
        }
        assertDenied(() -> root.find(Path.of("/private/open")));
    }

    @Test
    void whatIsLinkedIsWrittenOnlyWhereTheUserMay() throws IOException {
        var open = directory.resolve("open");
        root.openLinked(open, true, false).close();
        assertDenied(() -> root.openLinked(open, true, true));
        assertDenied(() -> root.openLinked(open, false, true));
    }

    /// {@return what leads to a file that this process has open}
    private static Path link(Path file) throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(Files::exists)
                    .filter(link -> isSame(link, file))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean isSame(Path link, Path file) {
        try {
            return Files.isSameFile(link, file);
        } catch (IOException gone) {
            return false;
        }
    }

    private void file(String name, String mode) throws IOException {
        mode(Files.writeString(directory.resolve(name), Path.of(name).getFileName() + ""), mode);
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private interface Opening {
        Descriptor open();
    }

    private static void assertDenied(Opening opening) {
        assertThatThrownBy(opening::open)
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        failure -> assertThat(failure.errno().isDenied()).isTrue());
    }

    private static void assertMissing(Opening opening) {
        assertThatThrownBy(opening::open)
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        failure -> assertThat(failure.errno().isMissing()).isTrue());
    }
}
