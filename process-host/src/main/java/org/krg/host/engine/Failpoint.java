// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.Optional;
import org.krg.host.core.Action;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.ReportResumed;

/// Moments of a move, in their order, at which a test can hold a node up to see what becomes of a
/// failure there.
public enum Failpoint {
    /// The source is about to send memory ahead.
    SENDS_AHEAD,

    /// It has, and the engine does not know it yet.
    SENT_AHEAD,

    /// It is about to propose that the program leaves.
    LEAVES,

    /// It is about to stop the program.
    HANDS_OVER,

    /// The target is about to make the cell in which the program is to come back.
    PREPARES,

    /// It has, or could not, and the engine does not know it yet.
    PREPARED,

    /// The program stands still and is saved, its target has that; the log does not say so.
    STANDS,

    /// The log says so.
    HANDED_OVER,

    /// The target is about to bring the program back.
    RESTORES,

    /// It has, the program stands still there, and the engine does not know it yet.
    RESTORED,

    /// It is about to propose that the program is its own.
    COMMITS,

    /// The log has given it the program, which is about to go on.
    THAWS,

    /// The program goes on there; the log does not say so.
    RESUMES,

    /// The source is about to hand out memory of a program that runs at the target.
    FEEDS,

    /// The source, or who was taken for it, is about to end an incarnation that is no more.
    KILLS;

    /// {@return the moment before an action}
    static Optional<Failpoint> before(Action action) {
        return Optional.ofNullable(
                switch (action) {
                    case Action.SendAhead _ -> SENDS_AHEAD;
                    case Action.HandOver _ -> HANDS_OVER;
                    case Action.Prepare _ -> PREPARES;
                    case Action.Restore _, Action.RestoreFollowed _ -> RESTORES;
                    case Action.Thaw _ -> THAWS;
                    case Action.Kill _ -> KILLS;
                    case Action.Report(_, BeginLeaving _) -> LEAVES;
                    case Action.Report(_, CommitMove _) -> COMMITS;
                    case Action.Report(_, ReportResumed _) -> RESUMES;
                    case Action.Report _,
                            Action.Discard _,
                            Action.Start _,
                            Action.Freeze _,
                            Action.Stop _ ->
                            null;
                });
    }
}
