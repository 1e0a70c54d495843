// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.nio.file.Path;
import java.time.Duration;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.FollowingMemory;

/// An engine that saves processes to image files and brings them back.
public interface Dumper {
    /// {@return its version, as it names it}
    String version();

    /// Saves the program of a cell. It runs until the engine is ready to look at it, and is left
    /// frozen.
    ///
    /// @param images an empty directory that takes the images
    /// @param work an empty directory that takes logs
    /// @param stop called by this thread when the engine is ready: when it returns, the cell is
    ///   frozen. What it throws, this throws, and nothing was done to the program then
    /// @throws org.krg.checkpoint.CheckpointFailed if it cannot
    void dump(CellView cell, Path images, Path work, Runnable stop);

    /// Saves all of the program of a cell but private memory, which is left where it is.
    ///
    /// @param stop as in [#dump]
    /// @throws org.krg.checkpoint.CheckpointFailed if it cannot
    default void dumpWithoutMemory(CellView cell, Path images, Path work, Runnable stop) {
        throw new UnsupportedOperationException("this engine saves no memory");
    }

    /// Brings back what was dumped without memory: it stands still in its cgroup, which is frozen,
    /// and has not run. From then on its memory comes.
    ///
    /// @param limit how long that may take
    /// @throws org.krg.checkpoint.CheckpointFailed if it cannot; the cell is to be removed then
    default FollowingMemory restoreFollowed(
            CellView cell, Path images, Path work, RemoteMemory memory, Duration limit) {
        throw new UnsupportedOperationException("this engine saves no memory");
    }

    /// Brings the program back in a fresh cell; it runs when this returns, or, if `frozen`, stands
    /// still in its cgroup, which is frozen, and has not run.
    ///
    /// @throws org.krg.checkpoint.CheckpointFailed if it cannot; no process of it is left then
    void restore(CellView cell, Path images, Path work, boolean frozen);
}
