// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Duration;
import java.time.Instant;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// Requests about migrations. What comes too late is refused; what is repeated changes nothing.
public sealed interface MigrationCommand extends Command {
    /// Begins a migration. Refused when the process does not run in that epoch, or moves already,
    /// and when the target is not ready. Creates a [MigrationId].
    ///
    /// @param expected the epoch in which the process was looked at
    /// @param why who asked for it and what chose the target, as a clause for people
    record StartMigration(
            ProcessId process,
            Epoch expected,
            NodeId to,
            Migration.Mode mode,
            Duration limit,
            Instant at,
            String why)
            implements MigrationCommand {}

    /// The source is about to stop the program.
    ///
    /// @param warmBytes what it sent ahead
    record BeginLeaving(MigrationId migration, long warmBytes) implements MigrationCommand {}

    /// The source stopped the program and saved it: `generation` is whole on source and target, and
    /// exists from now on.
    ///
    /// @param lastBytes what was sent since the program stands still
    /// @param stopped since when it does
    record HandOver(MigrationId migration, Generation generation, long lastBytes, Instant stopped)
            implements MigrationCommand {}

    /// The target brought the program back and holds it. If it is accepted the process belongs to
    /// the target in the epoch that was kept for it: the decision of the migration.
    record CommitMove(MigrationId migration, NodeId node, Instant at) implements MigrationCommand {}

    /// The program runs at the target.
    record ReportResumed(MigrationId migration, NodeId node, Instant at)
            implements MigrationCommand {}

    /// All memory of the program is at the target.
    ///
    /// @param bytes that were sent since it runs there
    record ReportPulled(MigrationId migration, NodeId node, long bytes, Instant at)
            implements MigrationCommand {}

    /// Gives a migration up: source or target cannot go on, it takes too long, or a user says so.
    /// Refused once the process belongs to the target.
    record AbortMigration(MigrationId migration, String reason, Instant at)
            implements MigrationCommand {}
}
