// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// What the node of a segment's file says.
public sealed interface FileAnswer {
    /// `errno(3)`
    int EIO = 5;

    int EAGAIN = 11;
    int EINVAL = 22;
    int EHOSTDOWN = 112;

    /// It was done.
    ///
    /// @param value the length of a file in bytes; how many pages were written
    record Done(long value) implements FileAnswer {}

    /// It is not done yet: ask again.
    record Pending() implements FileAnswer {}

    /// It was not done, or not all of it.
    ///
    /// @param errno of Linux
    /// @param detail a clause that a user can read
    record Failed(int errno, String detail) implements FileAnswer {}
}
