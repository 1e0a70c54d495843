// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.nio.ByteBuffer;
import org.krg.state.model.NodeId;

/// The ways to the other nodes. What one node sends to another arrives in that order, once, however
/// often connections break, as long as both run and neither forgets the other.
public interface PeerLinks {
    /// Sends a message, at once and from the calling thread if the network takes it; does not wait
    /// for the network. Messages to a node that cannot be reached wait.
    ///
    /// @param head of the message, from its position to its limit, in a direct buffer, which is
    ///   free for other use when this returns
    /// @param rest of the message, likewise
    void send(NodeId peer, ByteBuffer head, ByteBuffer rest);

    /// Does something of which several messages may come: what the thread sends meanwhile goes out
    /// with fewer calls, and all of it before this returns.
    default void together(Runnable work) {
        work.run();
    }

    /// Drops what waits for a node that is gone. What is sent to it later, when it runs again,
    /// begins anew.
    void forget(NodeId peer);
}
