// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Connection;
import org.krg.state.model.HostPort;

/// Connects to agents by their own API.
///
/// @param valueBytes length of the values that are written
public record ApiClients(Http2Clients http2, int valueBytes) {
    /// Connects to an agent.
    public Connection connect(HostPort agent) throws InterruptedException {
        return new ApiConnection(http2.connect(agent), valueBytes);
    }
}
