// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.util.concurrent.CompletableFuture;
import org.krg.state.model.NodeId;

/// How a node that does not lead reaches the one that does. Implemented by the agent; the bytes are
/// the store's own (an encoded operation and reply, or a read-index request).
public interface LeaderLink {
    /// Sends `request` to `leader` and completes with its answer.
    ///
    /// Completes exceptionally with [Unsent] when the request surely did not leave this node.
    CompletableFuture<byte[]> ask(NodeId leader, byte[] request);

    /// The request did not leave this node.
    final class Unsent extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Unsent(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
