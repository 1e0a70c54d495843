// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.util.List;
import java.util.UUID;
import org.krg.host.HostFailure;

/// What a dev cluster consists of; fixed when it is made.
///
/// @param name also names its cgroups, `krg/<name>`, and is therefore another for each dev cluster
/// @param isSeparate whether its nodes have networks of their own, [DevNetwork]
/// @param nodes in the order of their numbers, the voters first
public record DevCluster(UUID id, String name, boolean isSeparate, List<DevNode> nodes) {
    private static final String NAME = "dev-[0-9a-f]{8}";

    public DevCluster {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a dev cluster");
        }
        nodes = List.copyOf(nodes);
    }

    /// {@return the node of that name}
    ///
    /// @throws HostFailure NOT_FOUND
    public DevNode require(String node) {
        return nodes.stream()
                .filter(it -> it.name().equals(node))
                .findFirst()
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                "there is no node " + node + " in this dev cluster",
                                "its nodes are "
                                        + String.join(
                                                ", ", nodes.stream().map(DevNode::name).toList())));
    }
}
