// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The cgroups below one name, in every hierarchy of this machine: `krg/<cluster>` or
/// `krg/<cluster>/<node>`. See `cgroups(7)`.
final class Cgroups {
    /// The kernel answers EBUSY for a moment after the last process of a group has ended.
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final List<Path> roots;

    private Cgroups(String name, List<Path> roots) {
        this.name = name;
        this.roots = roots;
    }

    static Cgroups of(String cluster) {
        return new Cgroups("krg/" + cluster, mounts());
    }

    static Cgroups of(String cluster, String node) {
        return new Cgroups("krg/" + cluster + "/" + node, mounts());
    }

    /// {@return the groups that exist, parents before children and older before newer}
    List<Path> existing() {
        var found = new ArrayList<Path>();
        for (var root : roots) {
            addTree(root.resolve(name), found);
        }
        return found;
    }

    /// Sends SIGKILL to every process in the groups; first to each krg-init, which otherwise could
    /// still note how its program ended.
    void kill() {
        var killers =
                existing().stream()
                        .map(group -> group.resolve("cgroup.kill"))
                        .filter(Files::exists)
                        .sorted(Comparator.comparing(killer -> !isInit(killer)))
                        .toList();
        for (var killer : killers) {
            write(killer);
        }
    }

    /// {@return the pids of the processes in the groups}
    List<Long> processes() {
        var found = new ArrayList<Long>();
        for (var group : existing()) {
            try {
                Files.readAllLines(group.resolve("cgroup.procs")).stream()
                        .map(Long::valueOf)
                        .forEach(found::add);
            } catch (IOException gone) {
                // ENODEV or ENOENT: the group was removed while we looked.
            }
        }
        return found.stream().distinct().toList();
    }

    /// Removes the groups, in which no process is left, and those above them that are empty then.
    ///
    /// @return whether all are gone
    boolean remove() throws InterruptedException {
        var gone = Patience.until(REMOVE_LIMIT, this::isRemovedOnce);
        for (var root : roots) {
            for (var parent = Path.of(name).getParent();
                    parent != null;
                    parent = parent.getParent()) {
                isRemoved(root.resolve(parent));
            }
        }
        return gone;
    }

    private boolean isRemovedOnce() {
        return existing().reversed().stream().map(Cgroups::isRemoved).allMatch(removed -> removed);
    }

    private static boolean isInit(Path killer) {
        return killer.endsWith(Path.of("init", "cgroup.kill"));
    }

    private static boolean isRemoved(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (DirectoryNotEmptyException hasChildren) {
            return false;
        } catch (FileSystemException busy) {
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot remove " + group, failure);
        }
    }

    private static void addTree(Path group, List<Path> found) {
        if (!Files.isDirectory(group, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        found.add(group);
        try (var entries = Files.newDirectoryStream(group, Files::isDirectory)) {
            for (var entry : entries) {
                addTree(entry, found);
            }
        } catch (IOException gone) {
            // Removed while we looked.
        }
    }

    private static void write(Path killer) {
        try {
            Files.writeString(killer, "1");
        } catch (NoSuchFileException gone) {
            // Removed while we looked.
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write to " + killer, failure);
        }
    }

    /// {@return where hierarchies of cgroups are mounted}
    private static List<Path> mounts() {
        return Mounts.all().stream()
                .filter(mount -> mount.type().equals("cgroup2") || mount.type().equals("cgroup"))
                .map(Mounts.Mount::where)
                .toList();
    }
}
