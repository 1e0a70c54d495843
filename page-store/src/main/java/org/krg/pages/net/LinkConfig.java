// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.util.Optional;
import java.util.UUID;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of a node's links.
///
/// @param bind where it listens; port 0 takes a free one
/// @param key what who connects has to know: random, told to other nodes over connections that are
///   protected
/// @param tls how all connections are encrypted and proved, as other nodes have it, too; without it
///   `bind` is an address of loopback
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
public record LinkConfig(
        UUID cluster, NodeId self, HostPort bind, byte[] key, Optional<MutualTls> tls) {
    /// As they are on loopback, not encrypted.
    public LinkConfig(UUID cluster, NodeId self, HostPort bind, byte[] key) {
        this(cluster, self, bind, key, Optional.empty());
    }
}
