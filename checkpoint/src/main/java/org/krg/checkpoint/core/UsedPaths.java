// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.TreePlaces;
import org.krg.checkpoint.model.TreePlaces.Directory;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.checkpoint.model.UsedPath;
import org.krg.checkpoint.model.UsedPath.Kind;

/// Finds the paths that a program has in use besides the files that it reads.
public final class UsedPaths {
    private final TreeMap<String, UsedPath> found = new TreeMap<>();

    private UsedPaths() {}

    /// {@return the paths, each once for each kind, by kind and path}
    ///
    /// @param saved files that go into a generation
    /// @param own the directory that is the job's own: what is below it is made where it is not
    public static List<UsedPath> of(
            ProcessTree tree,
            TreePlaces places,
            List<SavedFile> saved,
            Optional<DirectoryContents.Directory> own) {
        var paths = new UsedPaths();
        for (var process : tree.processes()) {
            var working = places.working().get(process.pid());
            if (working != null) {
                paths.add(process, OptionalInt.empty(), working, Kind.WORKING_DIRECTORY, false);
            }
            process.files().forEach(file -> paths.add(process, file, places));
        }
        saved.forEach(file -> paths.add(tree.rootPid(), file));
        own.ifPresent(it -> paths.addOwn(tree.rootPid(), it));
        return List.copyOf(paths.all());
    }

    private Collection<UsedPath> all() {
        return found.values();
    }

    private void add(TreeProcess process, OpenFile file, TreePlaces places) {
        var fd = OptionalInt.of(file.fd());
        var there = directory(file.target(), file.facts());
        switch (file.type()) {
            case DIRECTORY -> add(process, fd, there, Kind.DIRECTORY, false);
            case PIPE -> {
                if (file.target().startsWith("/")) {
                    add(process, fd, there, Kind.FIFO, file.writable());
                }
            }
            case SOCKET -> {
                var named = places.sockets().get(file.facts().inode());
                if (named != null) {
                    add(process, fd, named, Kind.SOCKET_DIRECTORY, true);
                }
            }
            case REGULAR, CHARACTER_DEVICE, BLOCK_DEVICE, ANONYMOUS -> {}
        }
    }

    private void addOwn(int pid, DirectoryContents.Directory own) {
        found.values().removeIf(path -> path.path().startsWith(own.path() + "/"));
        add(
                new UsedPath(
                        pid,
                        OptionalInt.empty(),
                        own.path(),
                        Kind.OWN_DIRECTORY,
                        true,
                        own.facts().device(),
                        own.facts().inode()));
    }

    private static Directory directory(String path, FileFacts facts) {
        return new Directory(path, facts.device(), facts.inode());
    }

    private void add(
            TreeProcess process, OptionalInt fd, Directory there, Kind kind, boolean writable) {
        add(
                new UsedPath(
                        process.pid(),
                        fd,
                        there.path(),
                        kind,
                        writable,
                        there.device(),
                        there.inode()));
    }

    private void add(int pid, SavedFile file) {
        var facts = file.facts();
        add(
                new UsedPath(
                        pid,
                        OptionalInt.empty(),
                        file.path(),
                        Kind.WRITTEN,
                        true,
                        facts.device(),
                        facts.inode()));
    }

    private void add(UsedPath path) {
        found.putIfAbsent(path.kind() + " " + path.path(), path);
    }
}
