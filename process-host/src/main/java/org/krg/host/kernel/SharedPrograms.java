// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The processes of this node that have the cluster's shared memory in their own. Safe for use by
/// several threads.
public interface SharedPrograms {
    /// What keeps a process from being detached.
    ///
    /// @param pid of this machine
    record Tie(int pid, String what, String remedy) {}

    /// {@return the processes whose shared memory can be taken away, in general}
    Set<Integer> detachable();

    /// Takes it away from some processes, until a file is gone. Does nothing for processes without
    /// shared memory.
    ///
    /// @param pids asked several times
    /// @param still the file
    /// @return why none of them was detached, if so
    Optional<Tie> detach(Supplier<Set<Integer>> pids, Path still);
}
