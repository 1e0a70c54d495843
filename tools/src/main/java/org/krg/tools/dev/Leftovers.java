// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/// What a dev cluster that was taken down has left on the machine.
public final class Leftovers {
    private Leftovers() {}

    /// {@return what is left, in words; FIFOs and sockets are in the directory}
    ///
    /// @param cluster what the cluster consisted of; its directory may be gone
    /// @param gone whether the directory should be
    public static List<String> of(DevDirectory directory, DevCluster cluster, boolean gone)
            throws InterruptedException {
        var found = new ArrayList<String>();
        for (var node : cluster.nodes()) {
            AgentProcess.find(directory.settings(node.name()))
                    .ifPresent(agent -> found.add("agent " + agent.pid() + " of " + node.name()));
            for (var process : NodeRemains.of(directory, cluster, node.name()).processes()) {
                found.add("process " + process.pid() + " " + process.arguments());
            }
        }
        for (var group : Cgroups.of(cluster.name()).existing()) {
            found.add("cgroup " + group);
        }
        for (var device : DevLinks.existing(cluster.id())) {
            found.add("network device " + device);
        }
        if (cluster.isSeparate()) {
            DevNetwork.of(cluster)
                    .existing()
                    .forEach(name -> found.add("network namespace " + name));
        }
        for (var mount : Mounts.below(directory.path())) {
            found.add("mount " + mount.where());
        }
        if (RunDirectory.isLeftOver()) {
            found.add("directory " + RunDirectory.PATH);
        }
        if (gone && Files.exists(directory.path())) {
            found.add("directory " + directory);
        }
        return found;
    }
}
