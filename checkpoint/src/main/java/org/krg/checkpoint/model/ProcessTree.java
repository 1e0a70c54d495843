// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import java.util.Optional;

/// The processes of a cell at one moment.
///
/// @param rootPid the pid of the program inside the cell
/// @param processes all of them
/// @param unixSockets both ends of every connected unix socket of the machine, if the cell has any
/// @param shared files in the cell's `/dev/shm`
/// @param terminal the path of the program's terminal that goes along with it
public record ProcessTree(
        int rootPid,
        List<TreeProcess> processes,
        List<UnixConnection> unixSockets,
        List<SharedFile> shared,
        Optional<String> terminal) {
    public ProcessTree {
        processes = List.copyOf(processes);
        unixSockets = List.copyOf(unixSockets);
        shared = List.copyOf(shared);
    }

    /// One end of a unix connection.
    ///
    /// @param inode its number, as in `socket:[N]`
    /// @param peer the number of the other end; 0 if it is closed
    public record UnixConnection(long inode, long peer) {}

    /// A file in the cell's `/dev/shm`.
    ///
    /// @param path inside the cell
    public record SharedFile(String path, FileFacts facts) {}
}
