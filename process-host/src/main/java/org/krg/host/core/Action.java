// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import org.krg.host.model.CellId;
import org.krg.state.command.Command;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.StopOrder;

/// Something the agent does with one cell.
public sealed interface Action {
    /// {@return the cell that is meant}
    CellId cell();

    /// Kills everything in the cell; what it wrote stays.
    record Kill(CellId cell, String reason) implements Action {}

    /// Kills everything in the cell and removes it whole.
    record Discard(CellId cell, String reason) implements Action {}

    /// Makes the cell and starts its program.
    record Start(CellId cell, JobSpec spec) implements Action {}

    /// Makes the cell in which the program of a move is to come back, while its source saves it.
    record Prepare(CellId cell, JobSpec spec) implements Action {}

    /// Makes the cell, unless that is done, and brings the program back in it.
    ///
    /// @param afterwards whether it goes on there
    record Restore(CellId cell, JobSpec spec, GenerationId generation, Afterwards afterwards)
            implements Action {}

    /// Makes the cell, unless that is done, and brings the program of a move back in it, standing
    /// still; its memory follows.
    record RestoreFollowed(CellId cell, JobSpec spec, GenerationId generation, Migration migration)
            implements Action {}

    /// Copies the memory of a program that is about to move to its target, while it runs.
    record SendAhead(CellId cell, JobSpec spec, Migration migration) implements Action {}

    /// Stops a program for good, saves it and copies what is missing to the target of its move.
    record HandOver(CellId cell, JobSpec spec, Migration migration) implements Action {}

    /// Tells the cluster what became of the incarnation, or of its move.
    record Report(CellId cell, Command command) implements Action {}

    /// Has a program stand still until it is thawed, whatever is done with it meanwhile.
    record Freeze(CellId cell) implements Action {}

    /// Lets a frozen program go on.
    record Thaw(CellId cell) implements Action {}

    /// Sends the first signal of an order to end.
    record Stop(CellId cell, StopOrder order) implements Action {}
}
