// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import org.krg.state.model.NodeAddresses;

/// A node of a dev cluster.
///
/// @param voter whether it is one of the first members, which vote; the others join them
public record DevNode(String name, boolean voter, NodeAddresses listen) {}
