// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import java.util.List;
import org.krg.state.model.Epoch;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StartFault;
import org.krg.state.model.Substitute;

/// Requests about hosted processes. Reports of an epoch that is no longer the agreed one are
/// refused.
public sealed interface ProcessCommand extends Command {
    /// The process that is meant.
    ProcessId process();

    /// The leader assigns a waiting process to a node; the process gets the next epoch.
    record Place(
            ProcessId process, Epoch expected, NodeId node, PlacementDecision decision, Instant at)
            implements ProcessCommand {}

    /// The leader found no node; recorded so that it can be explained.
    record RecordUnplaced(ProcessId process, Epoch expected, PlacementDecision decision)
            implements ProcessCommand {}

    /// The node's agent brought the process up.
    record ReportStarted(ProcessId process, Epoch epoch, NodeId node, Instant at)
            implements ProcessCommand {}

    /// The node's agent could not bring it up. `permanent` when no other node could either (program
    /// not executable): then the outcome is `NotStarted(code, reason)`.
    ///
    /// @param fault whose fault it is; counts where the process was to be brought back from a
    ///   checkpoint
    record ReportStartFailed(
            ProcessId process,
            Epoch epoch,
            NodeId node,
            String reason,
            boolean permanent,
            int code,
            Instant at,
            StartFault fault)
            implements ProcessCommand {
        /// What would fail anywhere.
        public ReportStartFailed(
                ProcessId process,
                Epoch epoch,
                NodeId node,
                String reason,
                boolean permanent,
                int code,
                Instant at) {
            this(process, epoch, node, reason, permanent, code, at, StartFault.CHECKPOINT);
        }
    }

    /// The program ended by itself, or by a signal.
    record ReportExit(ProcessId process, Epoch epoch, NodeId node, Outcome outcome, Instant at)
            implements ProcessCommand {}

    /// The cell is gone and left no exit status (the machine restarted, or it was killed from
    /// outside).
    record ReportVanished(ProcessId process, Epoch epoch, NodeId node, String reason, Instant at)
            implements ProcessCommand {}

    /// An operator takes the process back to a generation: its present incarnation is given up, and
    /// agents kill a cell that is no longer agreed. The next one is placed when the present node's
    /// lease would have ended, so that the two do not overlap. Refused when the process still runs
    /// on a lost node (fence it first), when its job was ordered to end, and, for one of several
    /// ranks, when it is to stand still there or with other files, which only programs that CRIU
    /// saves can be given.
    ///
    /// @param frozen whether it stands still there until [SetFrozen] lets it go on
    /// @param substitutes files that it gets in the place of some it had, at this restore and at
    ///   every later one from that generation until another order of this kind; at most
    ///   [Substitute#MOST]
    record RestoreFrom(
            ProcessId process,
            long generation,
            Instant at,
            boolean frozen,
            List<Substitute> substitutes)
            implements ProcessCommand {
        public RestoreFrom {
            substitutes = List.copyOf(substitutes);
        }

        /// With the files that it had.
        public RestoreFrom(ProcessId process, long generation, Instant at, boolean frozen) {
            this(process, generation, at, frozen, List.of());
        }

        /// It goes on at once.
        public RestoreFrom(ProcessId process, long generation, Instant at) {
            this(process, generation, at, false);
        }
    }

    /// A user has the process, and the other ranks of its job, stand still or go on: also the
    /// incarnations to come. Refused when it is over, and to stand still while it is being moved or
    /// all ranks are being saved.
    record SetFrozen(ProcessId process, boolean frozen) implements ProcessCommand {}
}
