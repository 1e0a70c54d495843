// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.linux.LinuxException;
import org.krg.linux.UserRoot;
import org.krg.state.model.Identity;

/// Finds what a restored program has open though its user could not open it: CRIU opens files as
/// root, by paths that whoever owns the directories may have bent since they were saved. Used once.
final class ForeignFiles {
    /// Bits of the mode of a file that may be executed.
    private static final int OF_GROUP = 010;

    private static final int OF_OTHERS = 01;

    private final UserRoot root;
    private final Identity user;

    /// What was looked at, by inode, access and path; most is opened or mapped many times.
    private final Set<String> own = new HashSet<>();

    private ForeignFiles(UserRoot root, Identity user) {
        this.root = root;
        this.user = user;
    }

    /// {@return the first of them, as a clause}
    static Optional<String> find(CellView cell, ProcessTree tree) throws IOException {
        try (var root = CellRoot.open(cell)) {
            var files = new ForeignFiles(root, cell.user());
            for (var process : tree.processes()) {
                var found = Proc.whileThere(() -> files.of(process)).flatMap(it -> it);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<String> of(TreeProcess process) throws IOException {
        var directory = Path.of("/proc", Long.toString(process.hostPid()));
        for (var file : process.files()) {
            var link = directory.resolve("fd").resolve(Integer.toString(file.fd()));
            if (isNamed(file) && !isOwn(link, file.facts(), file.readable(), file.writable())) {
                var where = "fd %d of pid %d".formatted(file.fd(), process.pid());
                return Optional.of(foreign(where, file.target()));
            }
        }
        for (var file : process.mapped()) {
            var link = directory.resolve("map_files").resolve(file.range());
            if (isNamed(file)
                    && !isOwn(link, file.facts(), true, file.writesThrough())
                    && !isProgram(directory, file)) {
                return Optional.of(foreign("pid %d maps".formatted(process.pid()), file.target()));
            }
        }
        var working = directory.resolve("cwd");
        return isOwn(working, UnixStat.facts(working), false, false)
                ? Optional.empty()
                : Optional.of(
                        foreign(
                                "the working directory of pid " + process.pid(),
                                Files.readSymbolicLink(working).toString()));
    }

    private static String foreign(String where, String path) {
        return "%s: %s, which its user may not open".formatted(where, path);
    }

    private static boolean isNamed(OpenFile file) {
        return switch (file.type()) {
            case REGULAR, DIRECTORY -> !file.isMemory();
            case PIPE, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, ANONYMOUS -> false;
        };
    }

    private static boolean isNamed(MappedFile file) {
        return file.target().startsWith("/")
                && !file.target().startsWith("/memfd:")
                && !file.target().startsWith("/SYSV")
                && !file.target().startsWith("/dev/");
    }

    private boolean isOwn(Path link, FileFacts facts, boolean reads, boolean writes)
            throws IOException {
        var path = Files.readSymbolicLink(link);
        var key = "%d %d %b %b ".formatted(facts.device(), facts.inode(), reads, writes);
        if (own.contains(key + path.toUri().getRawPath())) {
            return true;
        }
        var good =
                (path.toString().endsWith(" (deleted)") || leadsTo(path, facts))
                        && mayOpen(link, facts, reads, writes);
        if (good) {
            own.add(key + path.toUri().getRawPath());
        }
        return good;
    }

    private boolean leadsTo(Path path, FileFacts facts) throws IOException {
        try (var found = root.find(path)) {
            var there = UnixStat.facts(found.link());
            return there.device() == facts.device() && there.inode() == facts.inode();
        } catch (LinuxException hidden) {
            return false;
        }
    }

    /// Its owner may let himself do anything with it.
    private boolean mayOpen(Path link, FileFacts facts, boolean reads, boolean writes)
            throws IOException {
        if (facts.uid() == user.uid() || (!reads && !writes)) {
            return true;
        }
        try (var _ = root.openLinked(link, reads, writes)) {
            return true;
        } catch (LinuxException denied) {
            return false;
        }
    }

    /// A program may be executed by who may not read it, and is mapped then.
    private boolean isProgram(Path directory, MappedFile file) throws IOException {
        var program = UnixStat.facts(directory.resolve("exe"));
        return program.device() == file.facts().device()
                && program.inode() == file.facts().inode()
                && mayExecute(program)
                && leadsTo(Files.readSymbolicLink(directory.resolve("exe")), program);
    }

    private boolean mayExecute(FileFacts facts) {
        var inGroup = facts.gid() == user.gid() || user.groups().contains(facts.gid());
        return (facts.mode() & (inGroup ? OF_GROUP : OF_OTHERS)) != 0;
    }
}
