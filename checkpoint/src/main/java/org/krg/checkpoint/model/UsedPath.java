// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.OptionalInt;

/// A path that a program has in use and that must lead to something alike where it goes on; files
/// that it only reads are [Manifest.Need]s.
///
/// @param pid the process that has it, as it is counted inside the cell
/// @param fd by which it has it; none of a working directory, or of what is only in memory
/// @param writable whether it was opened for writing
/// @param device and inode: which file of this machine the program has there, `stat(2)`
public record UsedPath(
        int pid,
        OptionalInt fd,
        String path,
        Kind kind,
        boolean writable,
        long device,
        long inode) {
    /// What is there.
    public enum Kind {
        /// The directory that relative paths of a process start from.
        WORKING_DIRECTORY,
        /// A directory that is open.
        DIRECTORY,
        /// A FIFO with a name.
        FIFO,
        /// The directory of a unix socket's name.
        SOCKET_DIRECTORY,
        /// A file that goes along, and is written anew there.
        WRITTEN,
        /// The directory that is the job's own, all of which goes along.
        OWN_DIRECTORY
    }
}
