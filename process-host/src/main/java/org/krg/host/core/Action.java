// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import org.krg.host.model.CellId;
import org.krg.state.command.ProcessCommand;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobSpec;
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

    /// Makes the cell and brings the program back in it.
    record Restore(CellId cell, JobSpec spec, GenerationId generation) implements Action {}

    /// Tells the cluster what became of the incarnation.
    record Report(CellId cell, ProcessCommand command) implements Action {}

    /// Lets a frozen program go on.
    record Thaw(CellId cell) implements Action {}

    /// Sends the first signal of an order to end.
    record Stop(CellId cell, StopOrder order) implements Action {}
}
