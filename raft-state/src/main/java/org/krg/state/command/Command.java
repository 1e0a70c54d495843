// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

/// A request to change the agreed state.
public sealed interface Command
        permits NodeCommand,
                JobCommand,
                ProcessCommand,
                MigrationCommand,
                GenerationCommand,
                CutCommand,
                LeaseCommand,
                AccessCommand,
                SegmentCommand,
                SyncCommand,
                OwnerCommand,
                PolicyCommand,
                KeyCommand {}
