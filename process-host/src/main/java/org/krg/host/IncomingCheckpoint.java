// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import org.krg.checkpoint.model.ArchiveHead;
import org.krg.state.model.Generation;
import org.krg.state.model.ProcessId;

/// A checkpoint on its way to another process: out of an archive, whose signature is good, or out
/// of this cluster. Used by one thread; the methods block, are called in this order, and fail with
/// [HostFailure].
public interface IncomingCheckpoint extends AutoCloseable {
    /// {@return what it says of the job}
    ArchiveHead head();

    /// Takes all of it in and verifies every byte. Nothing of it can be found yet.
    void receive();

    /// Makes it the first checkpoint of a process that was admitted for it, and commits it. One
    /// that it has already stays; of several attempts at one time the outcome is one. After a
    /// failure the process gets none any more.
    Generation commit(ProcessId process);

    /// Removes what was not committed.
    @Override
    void close();
}
