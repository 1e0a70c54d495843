// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.engine.Dumper;
import org.krg.checkpoint.model.SelfTest;
import org.krg.linux.UserTree;

/// Saves a small program with threads, a child, a pipe, TCP sockets, a FIFO and an open file as a
/// user without rights, and brings it back: whether CRIU works on this kernel cannot be told from
/// versions. Takes about a second.
///
/// @param probe the program `criu-probe` of this module
/// @param cgroup a directory of the unified tree in which a cgroup can be made
/// @param scratch a directory that is there and that others may enter; the test makes one inside
/// @param kdat a file for what CRIU found out about the kernel, where CRIU cannot keep that itself;
///   one that is there is of an earlier test, perhaps on another kernel
public record CriuSelfTest(
        CheckpointConfig config, Path probe, Path cgroup, Path scratch, Path kdat) {
    /// Followed by the process whose test it is.
    private static final String GROUP = "selftest-";

    /// Runs the test. What it makes it removes.
    public SelfTest run() {
        CriuDumper dumper;
        try {
            dumper = CriuDumper.open(config);
        } catch (CheckpointFailed missing) {
            return new SelfTest(false, "", missing.failure().toString());
        }
        try {
            Files.deleteIfExists(kdat);
            removeAbandoned();
            var directory = Files.createTempDirectory(scratch, "selftest");
            try {
                saveAndBringBack(dumper, directory);
            } finally {
                UserTree.remove(directory);
            }
            return new SelfTest(
                    true, dumper.version(), "CRIU " + dumper.version() + " saves and restores");
        } catch (CheckpointFailed failed) {
            return failed(dumper, failed.failure().toString());
        } catch (IOException | UncheckedIOException | IllegalStateException failure) {
            return failed(dumper, String.valueOf(failure.getMessage()));
        }
    }

    private static SelfTest failed(CriuDumper dumper, String reason) {
        return new SelfTest(
                false,
                dumper.version(),
                "CRIU " + dumper.version() + " does not work here: " + reason);
    }

    private void saveAndBringBack(Dumper dumper, Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        var images = Files.createDirectory(directory.resolve("images"));
        var work = Files.createDirectory(directory.resolve("work"));
        var file = directory.resolve("ticks");
        // krg may stand where the user of the test may not enter, below /root for example.
        var program = Files.copy(probe, directory.resolve("probe"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        save(dumper, program, images, work, file);
        var before = Files.size(file);
        try (var cell = ProbeCell.empty(group())) {
            dumper.restore(cell, images, work, false);
            if (!ProbeCell.becomes(() -> size(file) > before)) {
                throw new IOException("the restored program stands still");
            }
            cell.keepKdat(kdat);
        }
    }

    private void save(Dumper dumper, Path program, Path images, Path work, Path file)
            throws IOException {
        try (var cell = ProbeCell.start(group(), program, file)) {
            if (!ProbeCell.becomes(() -> size(file) > 0)) {
                throw new IOException("the program " + program + " does not run");
            }
            dumper.dump(cell, images, work, cell::freeze);
            // Killed frozen: the file stays as long as it was.
        }
    }

    private Path group() {
        return cgroup.resolve(GROUP + ProcessHandle.current().pid());
    }

    /// What agents left that ended in the middle of their test; the processes in it ended with
    /// them.
    private void removeAbandoned() throws IOException {
        try (var groups = Files.newDirectoryStream(cgroup, GROUP + "[0-9]*")) {
            for (var group : groups) {
                var pid = String.valueOf(group.getFileName()).substring(GROUP.length());
                if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    removeGroup(group);
                }
            }
        }
    }

    private static void removeGroup(Path group) {
        try {
            for (var part : List.of("app", "init", "")) {
                Files.deleteIfExists(group.resolve(part));
            }
        } catch (IOException inUse) {
            // Another agent does the same, or its end is a moment away: the next start removes it.
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
