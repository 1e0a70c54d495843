// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.HeldFile;
import org.krg.checkpoint.model.HeldFile.Kind;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;

/// Finds the files that keep a program from standing at two places at one time, as it does for a
/// moment of a move.
public final class HeldFiles {
    private HeldFiles() {}

    /// {@return the files, in the order of processes and descriptors}
    public static List<HeldFile> of(ProcessTree tree) {
        var held = new ArrayList<HeldFile>();
        for (var process : tree.processes()) {
            for (var file : process.files()) {
                kind(file)
                        .ifPresent(kind ->
                                held.add(
                                        new HeldFile(
                                                process.pid(),
                                                file.fd(),
                                                file.path(),
                                                kind,
                                                file.facts().device(),
                                                file.facts().inode())));
            }
        }
        return held;
    }

    private static Optional<Kind> kind(OpenFile file) {
        if (file.type() == OpenFile.Type.PIPE && file.target().startsWith("/")) {
            return Optional.of(Kind.FIFO);
        }
        return switch (file.lock()) {
            case NONE -> Optional.empty();
            case LOCAL -> Optional.of(Kind.LOCK);
            case NETWORK -> Optional.of(Kind.NETWORK_LOCK);
        };
    }
}
