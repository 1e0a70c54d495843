// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.host.OutputChunk;
import org.krg.host.OutputStreamName;
import org.krg.host.RestartMark;
import org.krg.host.core.ObservedCell;
import org.krg.host.model.CellId;
import org.krg.state.model.JobSpec;

/// The cells of this machine. Safe for use from any thread; everything fails with
/// [org.krg.host.HostFailure].
public interface Machine {
    /// {@return every cell that left a trace, in order}
    List<CellId> cells();

    /// {@return what is in a cell now}
    ObservedCell.State look(CellId cell);

    /// Makes a cell and starts its program; blocks until it runs, or has ended already.
    ///
    /// @param until up to when it may start, if it is exclusive, on the machine's monotonic clock
    void start(CellId cell, JobSpec spec, Duration until);

    /// Makes a cell, without a program, for one that is to come back in it; blocks until it is
    /// there.
    void prepare(CellId cell, JobSpec spec);

    /// Kills everything in a cell, frozen or not; does not wait. Does nothing where nothing lives.
    void kill(CellId cell);

    /// Keeps what is in a cell from being heard of by others, then kills it: the incarnation is
    /// void.
    void fence(CellId cell);

    /// Kills everything in a cell, removes what the machine set up for it, and keeps what it wrote.
    void release(CellId cell);

    /// Kills everything in a cell and removes it whole.
    void discard(CellId cell);

    /// Has a program stand still, also after a checkpoint, until [#thaw]. Blocks until it does, or
    /// for half a second: it stands still when it can.
    void freeze(CellId cell);

    /// Lets a program go on that was to stand still. Blocks until it does.
    ///
    /// @param until up to when it may, if it is exclusive, on the machine's monotonic clock
    void thaw(CellId cell, Duration until);

    /// Sends a signal to the program's first process, or to all of them.
    void signal(CellId cell, int signal, boolean all);

    /// {@return a future that completes when the program has ended}
    CompletableFuture<?> ended(CellId cell);

    /// {@return a piece of what a cell wrote}
    OutputChunk output(CellId cell, OutputStreamName stream, long offset, int maxBytes);

    /// {@return where in its output the program was brought back; none if it began at the
    /// beginning}
    List<RestartMark> restartMarks(CellId cell);

    /// Hands bytes to the program's standard input; ends it if `end` and all were taken.
    ///
    /// @return how many were taken: fewer where the program does not read for some seconds, or as
    ///   many as may wait for that
    int writeStdin(CellId cell, byte[] bytes, boolean end);

    /// Tells the program how large its terminal is.
    void resize(CellId cell, int rows, int columns);
}
