// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// What a node has on this machine besides its agent and its directory: the processes and cgroups
/// of its cells and whatever its agent started.
public final class NodeRemains {
    /// The variable by which everything that an agent started is recognised. Cells have an
    /// environment of their own and are recognised by [#CELL].
    static final String NODE = "KRG_DEV_NODE";

    private static final String CELL = "KRG_CELL";
    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);

    private final Path home;
    private final Cgroups cgroups;

    private NodeRemains(Path home, Cgroups cgroups) {
        this.home = home;
        this.cgroups = cgroups;
    }

    static NodeRemains of(DevDirectory directory, DevCluster cluster, String node) {
        return new NodeRemains(directory.home(node), Cgroups.of(cluster.name(), node));
    }

    /// Kills every process of the node, whose agent is dead already, and removes its cgroups.
    ///
    /// @return how many processes were killed; negative if some outlive SIGKILL
    int kill() throws InterruptedException {
        var before = processes().size();
        cgroups.kill();
        var gone = Patience.until(KILL_LIMIT, this::killOnce);
        return gone && cgroups.remove() ? before : -1;
    }

    /// {@return the processes that are left}
    public List<ProcessTable.Entry> processes() {
        var inGroups = new HashSet<>(cgroups.processes());
        var found = new ArrayList<ProcessTable.Entry>();
        for (var process : ProcessTable.all()) {
            if (inGroups.contains(process.pid()) || isOurs(process)) {
                found.add(process);
            }
        }
        return found;
    }

    // A cell that was being made has its krg-init first, as an orphan, and its cgroups later.
    private boolean killOnce() {
        var left = processes();
        left.stream().filter(this::isInit).forEach(ProcessTable.Entry::kill);
        left.forEach(ProcessTable.Entry::kill);
        return left.isEmpty();
    }

    private boolean isOurs(ProcessTable.Entry process) {
        return isInit(process)
                || process.findVariable(NODE).filter(home.toString()::equals).isPresent()
                || process.findVariable(CELL).filter(this::isCell).isPresent();
    }

    private boolean isInit(ProcessTable.Entry process) {
        var arguments = process.arguments();
        return arguments.size() == 2
                && arguments.getFirst().endsWith("/krg-init")
                && isCell(arguments.getLast());
    }

    private boolean isCell(String directory) {
        // What others write there need not be a path.
        return directory.startsWith(home + "/");
    }
}
