// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
    private final Set<String> unmakeable;
    private final List<Blocker> blockers = new ArrayList<>();

    private RemovedFiles(int uid, Set<String> unmakeable) {
        this.uid = uid;
        this.unmakeable = unmakeable;
    }

    /// {@return the paths that they had}
    public static Set<String> paths(ProcessTree tree) {
        var paths = new TreeSet<String>();
        for (var process : tree.processes()) {
            process.files().stream()
                    .filter(RemovedFiles::isRemoved)
                    .forEach(file -> paths.add(path(file.target())));
            process.mapped().stream()
                    .filter(RemovedFiles::isRemoved)
                    .forEach(file -> paths.add(path(file.target())));
        }
        return paths;
    }

    /// {@return what they are in the way of}
    ///
    /// @param uid of the program's user
    /// @param unmakeable those of [#paths] that the user could not make now
    public static List<Blocker> blockers(ProcessTree tree, int uid, Set<String> unmakeable) {
        var removed = new RemovedFiles(uid, unmakeable);
        tree.processes().forEach(removed::check);
        return List.copyOf(removed.blockers);
    }

    private void check(TreeProcess process) {
        for (var file : process.files()) {
            if (isRemoved(file)) {
                problem(file.target(), file.facts())
                        .ifPresent(it -> block(process, OptionalInt.of(file.fd()), it));
            }
        }
        var told = new TreeSet<String>();
        for (var file : process.mapped()) {
            if (isRemoved(file) && told.add(file.target())) {
                problem(file.target(), file.facts())
                        .or(() -> elsewhere(file))
                        .ifPresent(it -> block(process, OptionalInt.empty(), it));
            }
        }
    }

    private void block(TreeProcess process, OptionalInt fd, String what) {
        blockers.add(new Blocker(process.pid(), fd, what, REMEDY));
    }

    private Optional<String> problem(String target, FileFacts facts) {
        var path = path(target);
        if (uid == 0) {
            return Optional.empty();
        }
        if (facts.uid() != uid) {
            return Optional.of(
                    "%s was removed and belongs to uid %d, so that the program's user cannot make it again"
                            .formatted(path, facts.uid()));
        }
        return unmakeable.contains(path)
                ? Optional.of(
                        path
                                + " was removed from a directory in which the program's user may"
                                + " make nothing")
                : Optional.empty();
    }

    private static Optional<String> elsewhere(MappedFile file) {
        return file.facts().links() > 0
                ? Optional.of(
                        path(file.target())
                                + " was removed under this name and exists under another")
                : Optional.empty();
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
