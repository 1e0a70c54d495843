// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;

/// A file on a file system as CRIU's images have it: opened once, by whoever has it.
///
/// @param id by which the images refer to it
/// @param path where it was
/// @param flags of `open(2)`
/// @param position in bytes
/// @param kind what it was
/// @param holders who has it as a descriptor, in order; none where it is mapped, executed, a
///   working directory, or on its way through a socket
public record ImageFile(
        int id, String path, int flags, long position, Kind kind, List<Holder> holders) {
    private static final int ACCESS_MODE = 03;
    private static final int WRITE_ONLY = 01;
    private static final int READ_WRITE = 02;
    private static final int APPEND = 02000;

    public ImageFile {
        holders = List.copyOf(holders);
    }

    /// What a file is.
    public enum Kind {
        REGULAR,
        /// It has no name any more, or another one: its content or its link is in the images.
        DELETED,
        /// A directory or a device.
        OTHER
    }

    /// A descriptor.
    ///
    /// @param pid in the cell
    public record Holder(int pid, int fd) {
        @Override
        public String toString() {
            return "fd %d of pid %d".formatted(fd, pid);
        }
    }

    /// {@return how it is opened, and how long it has to be so that the position is in it}
    ///
    /// @param where the path of the file that is opened
    public Opening opening(String where) {
        var access = flags & ACCESS_MODE;
        return new Opening(
                where,
                access != WRITE_ONLY,
                access == WRITE_ONLY || access == READ_WRITE,
                (flags & APPEND) == 0 ? position : 0);
    }
}
