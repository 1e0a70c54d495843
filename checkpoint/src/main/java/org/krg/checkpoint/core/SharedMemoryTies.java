// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.List;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.ProcessTree.UnixConnection;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.TreeProcess;

/// What of a running tree is not there any more when it is saved: what ties it to the agent through
/// which it shares memory.
public final class SharedMemoryTies {
    private static final String MEMORY = "/memfd:krg-";

    private SharedMemoryTies() {}

    /// {@return the tree as it will be saved}
    public static ProcessTree without(ProcessTree tree, Sharing sharing) {
        if (sharing.processes().isEmpty()) {
            return tree;
        }
        var connected =
                tree.unixSockets().stream()
                        .filter(it -> sharing.sockets().contains(it.peer()))
                        .map(UnixConnection::inode)
                        .toList();
        var processes =
                tree.processes().stream()
                        .map(it ->
                                sharing.processes().contains(it.hostPid())
                                        ? without(it, connected)
                                        : it)
                        .toList();
        return new ProcessTree(
                tree.rootPid(), processes, tree.unixSockets(), tree.shared(), tree.terminal());
    }

    private static TreeProcess without(TreeProcess it, List<Long> connected) {
        return new TreeProcess(
                it.pid(),
                it.hostPid(),
                it.hostParent(),
                it.name(),
                it.threads(),
                it.headless(),
                it.residentBytes(),
                it.tracer(),
                it.files().stream().filter(file -> !isTie(file, connected)).toList(),
                it.mapped().stream().filter(file -> !isTie(file)).toList(),
                it.pinned());
    }

    private static boolean isTie(OpenFile file, List<Long> connected) {
        return switch (file.type()) {
            case SOCKET -> connected.contains(file.facts().inode());
            case CHARACTER_DEVICE -> file.target().equals("/dev/userfaultfd");
            case ANONYMOUS -> file.target().startsWith("anon_inode:[userfaultfd]");
            case REGULAR -> file.target().startsWith(MEMORY);
            case DIRECTORY, PIPE, BLOCK_DEVICE -> false;
        };
    }

    private static boolean isTie(MappedFile file) {
        return file.target().startsWith(MEMORY);
    }
}
