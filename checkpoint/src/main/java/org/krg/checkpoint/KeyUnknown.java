// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/// A stored file is encrypted with a key that this node does not have.
public final class KeyUnknown extends IOException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final String key;

    /// @param id of the key
    public KeyUnknown(Path file, long id) {
        super(file + " is encrypted with key " + StoreKey.name(id) + ", which is not here");
        this.file = file.toString();
        this.key = StoreKey.name(id);
    }

    /// {@return the file that cannot be read}
    public String file() {
        return file;
    }

    /// {@return the number of the key, as people read it}
    public String key() {
        return key;
    }
}
