// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Machine;
import org.krg.jepsen.cluster.Tool;

/// A mounted file system in memory that loses on demand whatever was not synced: contents of files
/// without fsync(2), names without an fsync(2) of their directory. The program, `forgetful-disk.c`,
/// is compiled where it is used; that takes root, a C compiler and libfuse 3.
public final class ForgetfulDisk implements AutoCloseable {
    private static final String SOURCE = "forgetful-disk.c";
    private static final Duration TO_MOUNT = Duration.ofSeconds(10);

    private final Path mount;
    private final Process program;

    /// What was lost so far.
    public record Losses(long cuts, long bytes, long names) {}

    private ForgetfulDisk(Path mount, Process program) {
        this.mount = mount;
        this.program = program;
    }

    /// Compiles the program.
    ///
    /// @param directory gets it
    /// @return the program
    public static Path compile(Path directory) {
        var source = Tool.source(ForgetfulDisk.class, SOURCE, directory);
        var program = directory.resolve("forgetful-disk");
        var command = new ArrayList<>(List.of("gcc", "-std=gnu17", "-O2", source.toString()));
        command.addAll(List.of("-o", program.toString()));
        var flags = Tool.run(List.of("pkg-config", "--cflags", "--libs", "fuse3"));
        command.addAll(Arrays.asList(flags.split("\\s+")));
        Tool.run(command);
        return program;
    }

    /// Mounts an empty disk.
    ///
    /// @param program what [#compile] made
    /// @param mount a directory, made if it is missing
    public static ForgetfulDisk mount(Path program, Path mount) {
        try {
            Files.createDirectories(mount);
            var log = mount.resolveSibling(mount.getFileName() + ".disk.log").toFile();
            var process =
                    // Ctrl-C is for the campaign, which unmounts when it has cleaned up.
                    new ProcessBuilder("setsid", program.toString(), mount.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(log)
                            .start();
            var disk = new ForgetfulDisk(mount, process);
            try {
                Await.until(
                        "a file system on " + mount + ", see " + log,
                        TO_MOUNT,
                        () -> Files.exists(disk.power()));
                return disk;
            } catch (RuntimeException notMounted) {
                disk.close();
                throw notMounted;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return where it is mounted}
    public Path path() {
        return mount;
    }

    /// Loses everything that was not synced. Whoever uses the disk has to have ended.
    public void cutPower() {
        order("cut");
    }

    /// Makes every sync wait.
    public void stall() {
        order("stall");
    }

    /// Makes every sync of a file wait, and none of a directory.
    public void stallFiles() {
        order("stall files");
    }

    /// Lets syncs go on after [#stall].
    public void go() {
        order("go");
    }

    /// {@return what was lost so far}
    public Losses losses() {
        try {
            var words = Files.readString(power()).strip().split(" ", 6);
            return new Losses(
                    Long.parseLong(words[1]), Long.parseLong(words[3]), Long.parseLong(words[5]));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void order(String word) {
        try {
            Files.writeString(power(), word);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path power() {
        return mount.resolve(".power");
    }

    /// Unmounts it, unless it is not mounted any more; its content is gone.
    @Override
    public void close() {
        try {
            if (Machine.isMounted(mount)) {
                if (program.isAlive()) {
                    order("go");
                }
                Tool.run(List.of("umount", "--lazy", mount.toString()));
            }
        } finally {
            program.destroy();
        }
    }
}
