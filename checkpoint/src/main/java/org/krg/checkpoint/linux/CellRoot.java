// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Path;
import org.krg.checkpoint.CellView;
import org.krg.linux.LinuxException;
import org.krg.linux.UserRights;
import org.krg.linux.UserRoot;

/// The files of a cell, as its init has them.
final class CellRoot {
    private CellRoot() {}

    /// {@return the root directory, in which paths are looked up with the rights of the program's
    /// user}
    static UserRoot open(CellView cell) throws IOException {
        var user = cell.user();
        try {
            return UserRoot.open(
                    path(cell, "/"), new UserRights(user.uid(), user.gid(), user.groups()));
        } catch (LinuxException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /// {@return where this process finds a path of a cell, with its own rights}
    static Path path(CellView cell, String path) {
        return Path.of("/proc", Long.toString(cell.initPid()), "root", path);
    }
}
