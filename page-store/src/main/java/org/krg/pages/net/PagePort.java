// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import org.krg.state.model.HostPort;

/// Where a node listens for page messages, and what shows that a connection is meant for it.
///
/// @param key what the node has told nobody but nodes of the cluster, over connections that are
///   protected
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
public record PagePort(HostPort address, byte[] key) {}
