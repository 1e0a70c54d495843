// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import org.krg.checkpoint.model.Stretch;

/// Memory of the program where it was.
public interface RemoteMemory {
    /// Pages that are asked for at once, at most.
    int MAX_PAGES = 256;

    /// {@return the bytes of pages}
    ///
    /// @param pages at most [#MAX_PAGES]
    byte[] read(Stretch pages) throws IOException;
}
