// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import org.krg.state.model.HostPort;

/// Where page messages go to a node.
///
/// @param key proves there that the node itself has told the address; a new one at each start of
///   its agent
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
public record PageAddress(HostPort address, byte[] key) {}
