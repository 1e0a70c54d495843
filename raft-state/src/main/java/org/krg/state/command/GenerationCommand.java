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
    /// All copies are verified: from now on the generation exists.
    ///
    /// Refused when its epoch is not the agreed one or the process neither runs nor was admitted
    /// from an archive and has none yet, when its number is not larger than every earlier one,
    /// dropped ones included, and when it has too few copies. A cluster with one ready node commits
    /// one copy. Otherwise it takes two, or as many as the job asks for where that is more and that
    /// many nodes are ready; and never fewer than `copiesWanted`, what the proposer set out to
    /// make.
    ///
    /// Of a rank of a parallel job one is committed only while the rank is moved and sends memory
    /// ahead; its number is larger than every earlier one of any rank.
    ///
    /// Creates its number. Where the job's quota leaves no room for it, whatever older ones go, it
    /// is dropped again at once, and nothing is created.
    record CommitGeneration(Generation generation, int copiesWanted) implements GenerationCommand {}

    /// Forgets a generation. Refused when its process waits for it or is being restored from it,
    /// and, as long as the process is not over, when it is one of its two newest good ones. A
    /// generation that is not good may always go.
    record DropGeneration(GenerationId generation) implements GenerationCommand {}

    /// A node has made a whole, verified copy, beside those that are known.
    record AddCopy(GenerationId generation, NodeId node) implements GenerationCommand {}

    /// The set of verified copies changed: one was found damaged.
    record ReportCopies(GenerationId generation, List<NodeId> copies) implements GenerationCommand {
        public ReportCopies {
            copies = List.copyOf(copies);
        }
    }

    /// A checkpoint failed; nothing changed but the event that tells it.
    record ReportCheckpointFailed(ProcessId process, Epoch epoch, String reason)
            implements GenerationCommand {}
}
