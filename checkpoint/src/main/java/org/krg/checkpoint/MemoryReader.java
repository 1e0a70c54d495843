// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.io.IOException;
import org.krg.checkpoint.model.Stretch;
import org.krg.state.model.Epoch;
import org.krg.state.model.ProcessId;

/// Memory of programs that stand still here, because they go on elsewhere and their memory follows.
/// Implemented by whoever owns cells; called from any thread.
public interface MemoryReader {
    /// Of an agent whose programs never move like that.
    MemoryReader NONE =
            (process, _, _) -> {
                throw new IOException("process " + process + " does not stand still here");
            };

    /// {@return the bytes of the pages}
    ///
    /// @param epoch of the incarnation that stands still
    /// @throws IOException if it does not, or is not on its way elsewhere
    byte[] read(ProcessId process, Epoch epoch, Stretch pages) throws IOException;
}
