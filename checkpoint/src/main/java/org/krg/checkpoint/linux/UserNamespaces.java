// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.ProcessTree;

/// Which processes of a cell have made namespaces of their own. Programs of a cell have no
/// capabilities, so the first that they can make is one of users, which a process with several
/// threads cannot do, `user_namespaces(7)`: it tells of all others, and of all threads.
final class UserNamespaces {
    private UserNamespaces() {}

    /// {@return pids, as this process counts, of those that are not in the cell's}
    static List<Long> nested(CellView cell, ProcessTree tree) throws IOException {
        var own = find(cell.initPid());
        var nested = new ArrayList<Long>();
        for (var process : tree.processes()) {
            var namespace = find(process.hostPid());
            if (namespace.isPresent() && !namespace.equals(own)) {
                nested.add(process.hostPid());
            }
        }
        return nested;
    }

    /// What a process had says no more when it is ending: the kernel answers in several ways then.
    private static Optional<Path> find(long pid) throws IOException {
        var process = Path.of("/proc", "" + pid);
        try {
            return Optional.of(Files.readSymbolicLink(process.resolve("ns/user")));
        } catch (IOException failure) {
            if (Files.exists(process)) {
                throw failure;
            }
            return Optional.empty();
        }
    }
}
