// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;

/// What segments hold, out of them and into them. Streams are what docs/api.md says of contents.
public interface SegmentTransfer {
    /// Writes what it holds, page by page, each as it is at one moment. Why that ends before its
    /// time is told in the stream.
    void dump(Segment segment, OutputStream into);

    /// Stores what comes, when all of it is here.
    ///
    /// @return how many pages were stored
    /// @throws HostFailure if it is not whole, or cannot be stored
    int load(Segment segment, InputStream from);

    /// Sees that a user may read and write a file that a segment is going to be, or is.
    ///
    /// @param on the node that it is on; this one if empty
    /// @param path absolute
    /// @param sizeBytes how long it becomes, by a hole, if it is shorter; 0 leaves it as it is
    /// @param create whether to make it if it is not there
    /// @throws HostFailure if they may not, or it is none
    Prepared prepare(
            Optional<NodeId> on, String path, Identity owner, long sizeBytes, boolean create);

    /// A file that can be a segment.
    ///
    /// @param sizeBytes how long it is
    record Prepared(Backing file, long sizeBytes) {}

    /// Writes what a segment holds to its file, and returns when it survives a crash of the
    /// machine.
    ///
    /// @return how many pages were written
    /// @throws HostFailure if not all of it is there
    long sync(Segment segment);
}
