// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.concurrent.CompletableFuture;
import org.krg.pages.codec.AttachError;

/// Takes checkpoints of programs that ask for one themselves. Must not block.
@FunctionalInterface
public interface ProgramCheckpoints {
    /// Nobody is saved.
    ProgramCheckpoints NONE = _ -> CompletableFuture.completedFuture(AttachError.ENOTSUP);

    /// Takes one.
    ///
    /// @param pid of this machine
    /// @return [AttachError#NONE] when its record is committed, or why it was not taken
    CompletableFuture<AttachError> take(int pid);
}
