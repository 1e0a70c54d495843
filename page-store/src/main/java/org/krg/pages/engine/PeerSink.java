// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.nio.ByteBuffer;
import org.krg.state.model.NodeId;

/// Who is told what comes over [PeerLinks].
public interface PeerSink {
    /// Takes a message, in the thread that read it. Messages of one node come one after the other.
    ///
    /// @param message in a direct buffer, from its position to its limit; valid until this returns
    void received(NodeId peer, ByteBuffer message);
}
