// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.util.Arrays;

/// Why a process does not get what it asked for, as an errno of Linux.
public enum AttachError {
    NONE(0),
    /// Only the owner of the segment may do that.
    EPERM(1),
    /// There is no such segment.
    ENOENT(2),
    /// The agent could not do it; its log says why.
    EIO(5),
    /// The segment is being saved, or put back: it can be opened soon.
    EAGAIN(11),
    /// The segment is another user's.
    EACCES(13),
    /// The process has mapped it already; or something is in the way of a checkpoint.
    EBUSY(16),
    /// There is a segment of that name.
    EEXIST(17),
    /// The packet makes no sense at this point.
    EINVAL(22),
    /// The file would be larger than its file system can have it.
    EFBIG(27),
    /// There are as many segments as a cluster has; or a disk is full.
    ENOSPC(28),
    /// The file system is not to be written.
    EROFS(30),
    /// The kernel lacks what shared memory needs.
    ENOSYS(38),
    /// Another version is spoken here.
    EPROTONOSUPPORT(93),
    /// Nothing saves this process.
    ENOTSUP(95),
    /// The cluster does not answer.
    ETIMEDOUT(110),
    /// The node of the file is lost, or cannot be reached.
    EHOSTDOWN(112),
    /// The owner of the file has as much on the disk as they may.
    EDQUOT(122);

    private final int errno;

    AttachError(int errno) {
        this.errno = errno;
    }

    /// {@return the error of that number; [#EIO] for one that is none of these}
    public static AttachError of(int errno) {
        return Arrays.stream(values())
                .filter(error -> error.errno == errno)
                .findFirst()
                .orElse(EIO);
    }

    /// {@return its number}
    public int errno() {
        return errno;
    }
}
