// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import java.util.UUID;
import org.krg.state.ConnectionLimits;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of a node's peer port.
///
/// @param bind where it listens
/// @param tls how nodes prove who they are
/// @param limits of connections from others
public record PeerConfig(
        UUID cluster, NodeId self, HostPort bind, MutualTls tls, ConnectionLimits limits) {}
