// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.util.List;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;

/// A generation on its way to another process: out of an archive, whose signature is good, or out
/// of this cluster. Nothing of it can be found yet under its new number. The methods are called in
/// this order, by one thread; all block, and fail with [CheckpointFailed].
public interface IncomingGeneration extends AutoCloseable {
    /// {@return what it says of the job}
    ArchiveHead head();

    /// {@return what it says of the generation, with the numbers of where it was taken}
    Manifest manifest();

    /// Takes in all of it and verifies every byte.
    void receive();

    /// Makes it a generation of a process of this cluster: keeps it here and has it copied. It
    /// exists when the caller has committed the record. If this or that fails, the caller calls
    /// [Checkpoints#discard] once nobody else can commit it: what another attempt keeps under the
    /// same number is the same.
    ///
    /// @param copies nodes that are to have it, this one included
    /// @param candidates that copies may go to
    Taken keep(GenerationId id, int copies, List<NodeId> candidates);

    /// Removes what came in and was not kept.
    @Override
    void close();
}
