// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.state.command.Reply;

/// The log, as the node that leads writes to it.
public interface Leader {
    /// Writes one entry with all operations, which are encoded, and completes with their replies,
    /// in order, once it is applied here; the last ones have none if [StateEngine#apply] left them
    /// out. Completes exceptionally with [NotAppended] when the entry surely is not in the log;
    /// after any other failure it may be.
    CompletableFuture<List<Reply>> append(List<ByteString> operations);

    /// The operations did not get into the log.
    final class NotAppended extends RuntimeException {
        private static final long serialVersionUID = 1;

        /// What kept them out.
        public NotAppended(String message) {
            super(message);
        }
    }
}
