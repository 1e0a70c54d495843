// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A file of which two incarnations cannot have the same at one time: a lock, or a FIFO.
///
/// @param pid the process that has it, as it is counted inside the cell
/// @param path where the program opened it
/// @param device and inode: which file of this machine it is, `stat(2)`
public record HeldFile(int pid, int fd, String path, Kind kind, long device, long inode) {
    /// Why there cannot be two.
    public enum Kind {
        /// A lock that the kernel keeps: who restores it waits until the first one is gone.
        LOCK,
        /// A lock that is kept beyond this machine.
        NETWORK_LOCK,
        /// A FIFO with a name: what is unread in it would be there twice.
        FIFO
    }
}
