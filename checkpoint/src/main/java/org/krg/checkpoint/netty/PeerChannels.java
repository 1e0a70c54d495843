// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import io.netty.channel.Channel;
import java.io.IOException;
import org.krg.state.model.NodeId;

/// Connections to the service `chunks` of other nodes. Implemented by whoever owns the peer port.
@FunctionalInterface
public interface PeerChannels {
    /// Opens a connection whose handshake is done. Blocks. What it receives is kept until a handler
    /// is added: the channel does not read by itself (`autoRead` is off), or nothing is sent to it
    /// unasked.
    ///
    /// @throws IOException if the node is out of reach or refuses
    Channel open(NodeId node) throws IOException;
}
