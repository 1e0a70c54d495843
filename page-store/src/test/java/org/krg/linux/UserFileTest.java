// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserFileTest {
    private static final UserRights OWN = new UserRights(Account.ownUid(), 0, List.of());
    private static final UserRights NOBODY = new UserRights(65_534, 65_534, List.of());

    @TempDir Path directory;

    @Test
    void whatIsWrittenIsReadAndTheFileGrowsByAHole() throws IOException {
        var path = directory.resolve("file");
        try (var file = UserFile.open(path, OWN, true)) {
            file.extend(10_000);
            file.extend(100);
            file.write(5_000, bytes("hello"));
            file.sync();

            var read = bytes("........");
            assertThat(file.read(4_999, read)).isEqualTo(8);
            assertThat(text(read)).isEqualTo("\0hello\0\0");
            assertThat(file.read(9_998, read)).isEqualTo(2);
            assertThat(file.size()).isEqualTo(10_000);
        }
        assertThat(Files.getPosixFilePermissions(path))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void whatIsMissingALinkADirectoryOrOfTheKernelIsRefused() throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        var link = Files.createSymbolicLink(directory.resolve("link"), file);

        assertRefused(directory.resolve("missing"), "ENOENT");
        assertRefused(link, "ELOOP");
        assertRefused(directory, "EISDIR");
        assertRefused(Path.of("/proc/self/mem"), "EINVAL");
        assertRefused(Path.of("/proc/self/cwd/pom.xml"), "ELOOP");
        assertRefused(Path.of("/dev/zero"), "EINVAL");
    }

    @Test
    void aFifoIsRefusedAtOnce() {
        Fifo.create(directory.resolve("fifo"), 0600);

        assertRefused(directory.resolve("fifo"), "EINVAL");
    }

    @Test
    void theRightsAreTheUsersAndNotTheAgents() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var path = Files.createFile(directory.resolve("file"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> UserFile.open(path, NOBODY, false))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("as uid 65534: EACCES");
        assertThatThrownBy(() -> UserFile.open(directory.resolve("new"), NOBODY, true))
                .hasMessageContaining("EACCES");

        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
        UserFile.open(path, new UserRights(65_534, 65_534, List.of(0)), false).close();
        assertThatThrownBy(() -> UserFile.open(path, NOBODY, false)).hasMessageContaining("EACCES");
        // This thread is who it was.
        UserFile.open(path, OWN, false).close();
    }

    private static void assertRefused(Path path, String errno) {
        assertThatThrownBy(() -> UserFile.open(path, OWN, false))
                .isInstanceOf(LinuxException.class)
                .hasMessageEndingWith(errno);
    }

    private static MemorySegment bytes(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return MemorySegment.ofBuffer(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    private static String text(MemorySegment bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.asByteBuffer()).toString();
    }
}
