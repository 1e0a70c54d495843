// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Epoch;
import org.krg.state.model.Identity;
import org.krg.state.model.ProcessId;

/// A cell as the checkpoint module sees it: running, or prepared for a restore. Implemented by
/// whoever owns cells. All methods may block for a moment and be called from any thread.
public interface CellView {
    /// Which cgroup of the cell a command runs in.
    enum Place {
        /// Beside the cell's init, not frozen with the program: for a dump.
        INIT,
        /// Among the program: for a restore, whose processes stay in the cgroup they are made in.
        APP
    }

    /// {@return which process it holds}
    ProcessId process();

    /// {@return which incarnation of it}
    Epoch epoch();

    /// {@return who the program runs as}
    Identity user();

    /// {@return the pid of the program inside the cell}
    int rootPid();

    /// {@return the pid of the cell's init, as this process counts}
    long initPid();

    /// {@return the cgroup of the program in the unified tree}
    Path appCgroup();

    /// {@return the cgroup of the cell's init in the unified tree}
    Path initCgroup();

    /// {@return the file that takes the program's standard output}
    Path stdout();

    /// {@return the file that takes the program's standard error}
    Path stderr();

    /// {@return a command line that runs `command` as root in the pid, mount and network namespaces
    /// of the cell; see [CellEntry]}
    List<String> inside(Place place, List<String> command);

    /// {@return the path in the cell of the program's terminal, whose other side the cell's init
    /// holds; empty if it has none}
    default Optional<String> terminal() {
        return Optional.empty();
    }

    /// {@return whether it has an address of its own, which goes along with it; otherwise it is on
    /// the machine's network}
    default boolean hasOwnAddress() {
        return false;
    }

    /// {@return what of the cluster's shared memory is in its processes}
    default Sharing sharing() {
        return Sharing.NONE;
    }

    /// {@return the path in the cell of a directory that is the job's own, where a program that
    /// saves itself does so: all that is in it goes along and is put back as it was; empty if there
    /// is none}
    default Optional<String> ownDirectory() {
        return Optional.empty();
    }

    /// {@return whether the program of a frozen cell was called back before it stood still, and
    /// agreed to be saved}
    default boolean hasAgreed() {
        return false;
    }

    /// Starts the program in a frozen cell that was made for a restore: it stands still before its
    /// first instruction.
    default void begin() {
        throw new UnsupportedOperationException("no program starts in cell " + process());
    }

    /// Takes what is [#sharing] away from the program, stops every process of it, and keeps packets
    /// from a network of its own; fails if they do not all stand still within a bound.
    void freeze();

    /// Told that the program stands still and is about to be saved: the next call that is not about
    /// reading is [#thaw].
    default void standing() {}

    /// Told that the images are written, while the program still stands still: may add some that
    /// the engine does not know.
    default void saved(Path images) {}

    /// Told that the images are there, before the program is brought back.
    default void restoring(Path images) {}

    /// {@return whether the cell has a reason of its own to keep the program frozen}
    default boolean isHeld() {
        return false;
    }

    /// Lets packets in again and the program go on, unless it [#isHeld].
    void thaw();

    /// Told that what was saved is about to be stored, when the program goes on if it does: fails
    /// if it is of no use any more.
    default void storing() {}

    /// Moves what the program has written to the files. In a frozen cell the sizes are those of the
    /// frozen program.
    StreamSizes sync();
}
