// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.util.Optional;
import org.krg.host.model.Isolation;

/// Where a node keeps its cells.
///
/// @param directory holds one directory a cell, `<data>/cells`
/// @param lease the node's lease file, see [LeaseFile]; it exists before the first exclusive cell
/// @param krgInit the program that lives in each cell, `<krg.home>/target/native/krg-init`
/// @param cluster names the level `krg/<cluster>` in the cgroup trees
/// @param node names the level `krg/<cluster>/<node>` in the cgroup trees
/// @param isolation usually [Cells#bestIsolation]
/// @param links by which cells get addresses of their own; empty where they cannot
public record CellsConfig(
        Path directory,
        Path lease,
        Path krgInit,
        String cluster,
        String node,
        Isolation isolation,
        Optional<CellLinks> links) {
    public CellsConfig {
        directory = directory.toAbsolutePath();
        lease = lease.toAbsolutePath();
        krgInit = krgInit.toAbsolutePath();
        requireName(cluster);
        requireName(node);
    }

    /// A node whose cells use its own network.
    public CellsConfig(
            Path directory,
            Path lease,
            Path krgInit,
            String cluster,
            String node,
            Isolation isolation) {
        this(directory, lease, krgInit, cluster, node, isolation, Optional.empty());
    }

    /// {@return where an agent leaves what CRIU keeps of the kernel, if CRIU does not do so itself}
    public Path kdat() {
        return directory.resolveSibling("criu.kdat");
    }

    private static void requireName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
            throw new IllegalArgumentException("cannot name a cgroup: '" + name + "'");
        }
    }
}
