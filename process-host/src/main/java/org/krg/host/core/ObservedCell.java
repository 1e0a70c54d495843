// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Instant;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.model.Usage;

/// A cell as the agent sees it now.
///
/// @param work what the agent is doing with it at this moment
public record ObservedCell(CellId id, State state, Work work) {
    /// What is in the cell.
    public sealed interface State {
        /// A cell that was made before its program can be brought back in it.
        record Prepared() implements State {}

        /// A cell whose program is not there yet: it is being started or restored, or that was cut
        /// short.
        record Unfinished() implements State {}

        /// The program runs, or stands still.
        ///
        /// @param frozen whether all of it stands still
        /// @param halted whether it is to, though something of it may not yet
        record Alive(boolean frozen, boolean halted) implements State {
            public Alive(boolean frozen) {
                this(frozen, frozen);
            }
        }

        /// Nothing runs; the output and the exit are still there.
        record Over(ProcessExit exit, Usage usage, Instant at) implements State {}
    }

    /// What the agent is doing with a cell.
    public enum Work {
        /// Nothing.
        NONE,
        /// Starts or restores its program.
        BRINGING_UP,
        /// Has its program stand still, or go on.
        FREEZING,
        /// Takes a checkpoint.
        CHECKPOINTING,
        /// Its program is over: makes sure that nothing of it lives before that is seen.
        RELEASING,
        /// Waits until a report about it is agreed and seen.
        REPORTING
    }
}
