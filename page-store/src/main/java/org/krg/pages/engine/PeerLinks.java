// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.nio.ByteBuffer;
import org.krg.state.model.NodeId;

/// The ways to the other nodes. What one node sends to another arrives in that order, or not at
/// all.
public interface PeerLinks {
    /// Sends a message, at once and from the calling thread if the network takes it; never blocks
    /// for longer than copying takes. Messages to a node that cannot be reached are lost, and
    /// [PeerSink#lost] says so.
    ///
    /// @param message from its position to its limit, in a direct buffer, which is free for other
    ///   use when this returns
    void send(NodeId peer, ByteBuffer message);
}
