// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.util.UUID;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of a node's links.
///
/// @param bind where it listens, an address of loopback: what is sent is neither encrypted nor
///   protected against change; port 0 takes a free one
/// @param key what who connects has to know: random, told to other nodes over connections that are
///   protected
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
public record LinkConfig(UUID cluster, NodeId self, HostPort bind, byte[] key) {}
