// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.List;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.JobId;
import org.krg.state.model.ProcessId;

/// Requests about checkpoints of all ranks of a job; see [org.krg.state.model.GroupCut].
public sealed interface CutCommand extends Command {
    /// Begins one. Refused unless all ranks run, none is being moved and no other one is under way.
    /// Creates its number.
    record BeginCut(JobId job, boolean pinned, Instant at) implements CutCommand {}

    /// A rank stands still and can neither send nor receive. With the last one the cut is given up
    /// if somebody else has memory that ranks share.
    ///
    /// @param held its shared memory, in order of the segments, each once
    record ReportStill(ProcessId process, Epoch epoch, long number, List<Held> held)
            implements CutCommand {
        public ReportStill {
            held = List.copyOf(held);
        }
    }

    /// A rank has kept the pages of the segments that are its to keep.
    record ReportPagesKept(ProcessId process, Epoch epoch, long number) implements CutCommand {}

    /// A rank is saved. With the last one all generations exist. Copies as for
    /// [GenerationCommand.CommitGeneration].
    record ReportSaved(Generation generation, int copiesWanted) implements CutCommand {}

    /// Gives one up; its ranks go on.
    record AbandonCut(JobId job, long number, String reason) implements CutCommand {}
}
