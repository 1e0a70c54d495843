// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

/// The number by which a system call says why it failed, `errno(3)`.
///
/// @param number as in `asm-generic/errno.h`; 0 when the call succeeded
public record Errno(int number) {
    static final Errno NONE = new Errno(0);
    static final Errno EPERM = new Errno(1);
    static final Errno ENOENT = new Errno(2);
    static final Errno ESRCH = new Errno(3);
    static final Errno EBADF = new Errno(9);
    static final Errno EINTR = new Errno(4);
    static final Errno ENXIO = new Errno(6);
    static final Errno EAGAIN = new Errno(11);
    static final Errno EEXIST = new Errno(17);
    static final Errno ENOTDIR = new Errno(20);
    static final Errno EINVAL = new Errno(22);
    static final Errno ERANGE = new Errno(34);
    static final Errno ENAMETOOLONG = new Errno(36);
    static final Errno ENODATA = new Errno(61);
    static final Errno EMSGSIZE = new Errno(90);
    static final Errno EOPNOTSUPP = new Errno(95);
    static final Errno ECONNABORTED = new Errno(103);
    static final Errno ETIMEDOUT = new Errno(110);

    private static final Errno EACCES = new Errno(13);
    private static final Errno ELOOP = new Errno(40);

    /// {@return whether somebody was not allowed to do it}
    public boolean isDenied() {
        return equals(EACCES) || equals(EPERM);
    }

    /// {@return whether a path leads nowhere}
    public boolean isMissing() {
        return equals(ENOENT) || equals(ENOTDIR) || equals(ELOOP);
    }

    /// {@return the symbolic name, `ENOENT`; `errno 999` for one that is not in the list}
    public String name() {
        return switch (number) {
            case 1 -> "EPERM";
            case 2 -> "ENOENT";
            case 3 -> "ESRCH";
            case 4 -> "EINTR";
            case 5 -> "EIO";
            case 6 -> "ENXIO";
            case 7 -> "E2BIG";
            case 8 -> "ENOEXEC";
            case 9 -> "EBADF";
            case 11 -> "EAGAIN";
            case 12 -> "ENOMEM";
            case 13 -> "EACCES";
            case 14 -> "EFAULT";
            case 16 -> "EBUSY";
            case 17 -> "EEXIST";
            case 20 -> "ENOTDIR";
            case 21 -> "EISDIR";
            case 22 -> "EINVAL";
            case 23 -> "ENFILE";
            case 24 -> "EMFILE";
            case 26 -> "ETXTBSY";
            case 27 -> "EFBIG";
            case 28 -> "ENOSPC";
            case 30 -> "EROFS";
            case 32 -> "EPIPE";
            case 34 -> "ERANGE";
            case 36 -> "ENAMETOOLONG";
            case 40 -> "ELOOP";
            case 61 -> "ENODATA";
            case 90 -> "EMSGSIZE";
            case 95 -> "EOPNOTSUPP";
            case 98 -> "EADDRINUSE";
            case 103 -> "ECONNABORTED";
            case 104 -> "ECONNRESET";
            case 107 -> "ENOTCONN";
            case 110 -> "ETIMEDOUT";
            case 111 -> "ECONNREFUSED";
            case 122 -> "EDQUOT";
            default -> "errno " + number;
        };
    }

    @Override
    public String toString() {
        return name();
    }
}
