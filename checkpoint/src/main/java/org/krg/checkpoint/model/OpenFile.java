// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A descriptor of a process.
///
/// @param target where `/proc/PID/fd/FD` points to; behind it a remark where that decides whether
///   it can be saved: `semaphore` of an eventfd, `boottime` of a timer, `packets` of a pipe
/// @param readable whether it was opened for reading
/// @param writable whether it was opened for writing
/// @param append whether it was opened with O_APPEND
/// @param lock by which the process keeps others from it
public record OpenFile(
        int fd,
        String target,
        Type type,
        boolean readable,
        boolean writable,
        boolean append,
        Lock lock,
        FileFacts facts) {
    private static final String DELETED = " (deleted)";

    /// What kind of file it is.
    public enum Type {
        REGULAR,
        DIRECTORY,
        PIPE,
        SOCKET,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        /// An object of the kernel without a name: epoll, eventfd, io_uring.
        ANONYMOUS
    }

    /// A lock that nobody else can have at the same time, `fcntl_locking(2)`, `flock(2)`.
    public enum Lock {
        /// None, or one that others can have too.
        NONE,
        /// The kernel of this machine keeps it.
        LOCAL,
        /// A file server, or the machines that share the file system, keep it.
        NETWORK
    }

    /// {@return whether it is a file without a name on a file system; memory files have none by
    /// nature and do not count}
    public boolean isDeleted() {
        return type == Type.REGULAR && target.endsWith(DELETED) && !isMemory();
    }

    /// {@return whether it is a file of `memfd_create(2)` or the like}
    public boolean isMemory() {
        return target.startsWith("/memfd:") || target.startsWith("/SYSV");
    }

    /// {@return the target without the kernel's remark that it is deleted}
    public String path() {
        return target.endsWith(DELETED)
                ? target.substring(0, target.length() - DELETED.length())
                : target;
    }
}
