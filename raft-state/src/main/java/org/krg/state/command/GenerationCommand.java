// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.List;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// Requests about checkpoints.
public sealed interface GenerationCommand extends Command {
    /// All copies are verified: from now on the generation exists. Refused when its epoch is not
    /// the agreed one, its number is not larger than every earlier one, or it has fewer copies than
    /// the job asks for (`copiesWanted` is what was possible: 1 in a cluster of one node).
    record CommitGeneration(Generation generation, int copiesWanted) implements GenerationCommand {}

    /// Forgets a generation. Refused when a process is being restored from it.
    record DropGeneration(GenerationId generation) implements GenerationCommand {}

    /// The set of verified copies changed (a copy was found damaged, or was made again).
    record ReportCopies(GenerationId generation, List<NodeId> copies) implements GenerationCommand {
        public ReportCopies {
            copies = List.copyOf(copies);
        }
    }

    /// A checkpoint failed; nothing changed but the event that tells it.
    record ReportCheckpointFailed(ProcessId process, Epoch epoch, String reason)
            implements GenerationCommand {}
}
