// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.krg.host.model.CellUsage;

/// What holds the processes of one cell together, so that they can be stopped and counted.
sealed interface Confinement permits CellCgroup, ProcessTree {
    /// {@return the cgroups that krg-init belongs in, the unified tree first; none without cgroups}
    List<Path> initGroups();

    /// {@return the cgroups that the program belongs in, the unified tree first; none without}
    List<Path> appGroups();

    /// Stops every process of the program, and returns when all stand still.
    ///
    /// @throws CellFailed if they do not within `limit`, or if that is impossible here
    void freeze(Duration limit);

    /// {@return whether every process of the program stands still}
    boolean isFrozen();

    /// {@return whether every process of the program is to stand still, though some may not yet}
    boolean isHalted();

    /// {@return whether a process besides krg-init is in its cgroup}
    boolean hasTools();

    /// {@return whether nothing puts memory of the program in place}
    boolean isMemoryHere();

    /// Kills every process of the program, frozen or not. Does not wait for their end.
    void kill();

    /// {@return what the program uses now}
    CellUsage usage();

    /// {@return the host's number of the process that is `namespacePid` inside the cell}
    OptionalLong findHostPid(int namespacePid);

    /// Kills whatever is left, krg-init included, and removes what was made for the cell.
    void remove();
}
