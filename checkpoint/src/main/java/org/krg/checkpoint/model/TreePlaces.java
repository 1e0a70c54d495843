// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.Map;
import java.util.TreeMap;

/// Where the processes of a tree are among the files.
///
/// @param working the working directory of each process, by its pid inside the cell; none of one
///   that was removed
/// @param sockets the directory of each unix socket that has a path for its name, by the number of
///   the socket, as in `socket:[N]`
public record TreePlaces(Map<Integer, Directory> working, Map<Long, Directory> sockets) {
    public TreePlaces {
        working = new TreeMap<>(working);
        sockets = new TreeMap<>(sockets);
    }

    /// A directory, as the cell sees it.
    ///
    /// @param device and inode: which one of this machine it is, `stat(2)`
    public record Directory(String path, long device, long inode) {}
}
