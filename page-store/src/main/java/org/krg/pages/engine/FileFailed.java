// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.io.IOException;

/// The file of a segment cannot be read or written.
public final class FileFailed extends IOException {
    private static final long serialVersionUID = 1;

    /// `errno(3)`
    public static final int EIO = 5;

    private final int errno;

    /// @param errno of Linux
    public FileFailed(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /// {@return why, as an errno of Linux}
    public int errno() {
        return errno;
    }
}
