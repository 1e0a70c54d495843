// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system of its own that can be full or read-only.
public final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /// Mounts it at `place`, which is made.
    public static SmallDisk mount(Path place, int megabytes) throws IOException {
        Files.createDirectories(place);
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "krg-test", place.toString());
        return new SmallDisk(place);
    }

    /// {@return where it is mounted}
    public Path path() {
        return path;
    }

    /// Leaves no room.
    public void fill() throws IOException {
        try (var file = Files.newOutputStream(filler())) {
            var zeros = new byte[1 << 16];
            while (true) {
                file.write(zeros);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    /// Makes room again.
    public void empty() throws IOException {
        Files.delete(filler());
    }

    public void allowWriting(boolean allowed) throws IOException {
        run("mount", "-o", "remount," + (allowed ? "rw" : "ro"), path.toString());
    }

    private Path filler() {
        return path.resolve("filler");
    }

    private static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(said).isZero();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", "-l", path.toString());
    }
}
