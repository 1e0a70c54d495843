// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.SegmentId;

/// The processes of this node that have the cluster's shared memory in their own. Safe for use by
/// several threads.
public interface SharedPrograms {
    /// What keeps a process from being detached.
    ///
    /// @param pid of this machine
    record Tie(int pid, String what, String remedy) {}

    /// {@return the processes that have shared memory, or are about to have it, again too}
    Set<Integer> processes();

    /// {@return the segments that processes have open, in order, each once}
    List<SegmentId> opened(Set<Integer> pids);

    /// {@return what some processes hold and have held for a while, so that it would keep them from
    /// being detached} Blocks for that while.
    List<Tie> ties(Supplier<Set<Integer>> pids);

    /// Takes it away from some processes, until a file is gone. Does nothing for processes without
    /// shared memory.
    ///
    /// @param pids asked several times
    /// @param still the file
    /// @return why none of them was detached, if so
    Optional<Tie> detach(Supplier<Set<Integer>> pids, Path still);

    /// {@return the segments that detached processes had open, in order, each once} The cluster
    /// knows of all their handles by then.
    List<Held> held(Set<Integer> pids);

    /// {@return whether a program among detached processes was called back before, and agreed}
    boolean haveAgreed(Set<Integer> pids);

    /// Writes the pages of a segment into a file, each from the node that has it, while nobody
    /// stores anything.
    ///
    /// @return why that is impossible, if so: a clause
    Optional<String> keepPages(SavedSegment segment, Path file);

    /// Puts the pages of a file into what the segment is since it went back, and lets processes
    /// open it; does nothing if it has them already, or if there is no such segment any more.
    ///
    /// @return why that is impossible, if so: a clause
    Optional<String> putBack(SavedSegment segment, Path file);
}
