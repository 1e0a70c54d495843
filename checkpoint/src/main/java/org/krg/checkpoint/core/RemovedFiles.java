// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreeProcess;

/// Finds files without a name that could not come back: at a restore each is made again for a
/// moment, where it was and with the rights of the program's user.
public final class RemovedFiles {
    private static final String DELETED = " (deleted)";
    private static final String REMEDY =
            "Start the program anew, which then opens what is there now";

    private final int uid;
    private final List<Blocker> blockers = new ArrayList<>();

    private RemovedFiles(int uid) {
        this.uid = uid;
    }

    /// {@return what they are in the way of}
    ///
    /// @param uid of the program's user
    public static List<Blocker> blockers(ProcessTree tree, int uid) {
        var removed = new RemovedFiles(uid);
        tree.processes().forEach(removed::check);
        return List.copyOf(removed.blockers);
    }

    private void check(TreeProcess process) {
        for (var file : process.files()) {
            if (isRemoved(file) && isForeign(file.facts())) {
                block(process, OptionalInt.of(file.fd()), foreign(file.target(), file.facts()));
            }
        }
        var told = new TreeSet<String>();
        for (var file : process.mapped()) {
            if (isRemoved(file) && told.add(file.target())) {
                if (isForeign(file.facts())) {
                    block(process, OptionalInt.empty(), foreign(file.target(), file.facts()));
                } else if (file.facts().links() > 0) {
                    var path = path(file.target());
                    block(
                            process,
                            OptionalInt.empty(),
                            path + " was removed under this name and exists under another");
                }
            }
        }
    }

    private void block(TreeProcess process, OptionalInt fd, String what) {
        blockers.add(new Blocker(process.pid(), fd, what, REMEDY));
    }

    private boolean isForeign(FileFacts facts) {
        return uid != 0 && facts.uid() != uid;
    }

    private static String foreign(String target, FileFacts facts) {
        return "%s was removed and belongs to uid %d, so that the program's user cannot make it again"
                .formatted(path(target), facts.uid());
    }

    private static boolean isRemoved(OpenFile file) {
        return switch (file.type()) {
            case REGULAR, DIRECTORY -> file.target().endsWith(DELETED) && !file.isMemory();
            case PIPE, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, ANONYMOUS -> false;
        };
    }

    /// Memory that is shared without a file looks like a file of the kernel's.
    private static boolean isRemoved(MappedFile file) {
        var target = file.target();
        return target.startsWith("/")
                && target.endsWith(DELETED)
                && !target.startsWith("/memfd:")
                && !target.startsWith("/SYSV")
                && !target.startsWith("/dev/zero")
                && !target.startsWith("/anon_hugepage");
    }

    private static String path(String target) {
        return target.substring(0, target.length() - DELETED.length());
    }
}
