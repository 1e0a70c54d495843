// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.nio.file.Path;

/// A file of this node's storage does not hold what was written into it. Nothing of it is served.
public final class StorageDamaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Path file;

    public StorageDamaged(Path file, String what) {
        super(file + " is damaged: " + what);
        this.file = file;
    }

    public StorageDamaged(Path file, String what, Throwable cause) {
        super(file + " is damaged: " + what, cause);
        this.file = file;
    }

    /// {@return the file, or the directory when it cannot be told which}
    public Path file() {
        return file;
    }
}
