// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.concurrent.CompletableFuture;
import org.krg.linux.PacketConnection.Peer;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.AttachRequest;
import org.krg.pages.codec.ManageRequest;
import org.krg.pages.codec.Which;
import org.krg.pages.engine.FaultSink;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// Which segments processes of this node may open, make and remove. Called by one thread, may take
/// as long as the cluster needs.
public interface SegmentDoor {
    /// What a process gets, or why not.
    sealed interface Opening {
        /// The segment is theirs to map, until it is [#released].
        ///
        /// @param faults is told of the process' faults
        /// @param key by which the process may open it again
        record Granted(SegmentId segment, NodeMemory memory, FaultSink faults, SegmentKey key)
                implements Opening {}

        /// It is not.
        record Refused(AttachError reason) implements Opening {}
    }

    /// What became of a request about a segment.
    sealed interface Managed {
        /// It was done; this is the segment.
        record Done(Segment segment) implements Managed {}

        /// It was not done.
        record Refused(AttachError reason) implements Managed {}
    }

    /// Opens a segment for a user.
    Opening open(Which which, Peer user);

    /// A handle that was opened is closed.
    default void released(SegmentId segment) {}

    /// Writes a part of a segment to its file, for a user. Does not block.
    ///
    /// @return [AttachError#NONE] when every store made before survives a crash of the file's node
    default CompletableFuture<AttachError> sync(AttachRequest.Sync request, Peer user) {
        return CompletableFuture.completedFuture(AttachError.EINVAL);
    }

    /// Makes a segment larger, for a user. Does not wait for a file, which may take its time.
    default CompletableFuture<Managed> resize(ManageRequest.Resize request, Peer user) {
        return CompletableFuture.completedFuture(manage(request, user));
    }

    /// Does what a user asks for about segments.
    default Managed manage(ManageRequest request, Peer user) {
        return new Managed.Refused(AttachError.ENOSYS);
    }
}
