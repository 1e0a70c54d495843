// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import org.krg.state.model.NodeAddresses;

/// A node of a dev cluster.
///
/// @param voter whether it is one of the first members, which vote; the others join them
public record DevNode(String name, boolean voter, NodeAddresses listen) {
    private static final String NAME = "n[1-9][0-9]*";

    public DevNode {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of a node of a dev cluster");
        }
    }
}
