// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a command gets into a cell.
public final class CellEntry {
    /// Enters the cgroups named before `--`, then becomes the command after it.
    private static final String ENTER_GROUPS =
            "while [ \"$1\" != -- ]; do echo $$ >\"$1\" || exit 125; shift; done; shift; exec \"$@\"";

    private CellEntry() {}

    /// {@return a command line that runs `command` in the pid, mount and network namespaces of a
    /// cell, in the cgroups `groups`} What waits for it outside the namespaces is in the cgroups
    /// `around`, so that it is not frozen together with `groups`.
    ///
    /// @param initPid of the cell, as this process counts
    public static List<String> commandLine(
            long initPid, List<Path> around, List<Path> groups, List<String> command) {
        var line = new ArrayList<>(in(around));
        line.addAll(List.of("nsenter", "-t", "" + initPid, "-p", "-m", "-n", "--"));
        if (!around.equals(groups)) {
            line.addAll(in(groups));
        }
        line.addAll(command);
        return line;
    }

    private static List<String> in(List<Path> groups) {
        var line = new ArrayList<>(List.of("/bin/sh", "-c", ENTER_GROUPS, "sh"));
        groups.forEach(group -> line.add(group.resolve("cgroup.procs").toString()));
        line.add("--");
        return line;
    }
}
