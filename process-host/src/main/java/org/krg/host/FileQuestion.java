// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import org.krg.state.model.Identity;
import org.krg.state.model.SegmentId;

/// What the node of a segment's file is asked to do.
public sealed interface FileQuestion {
    /// {@return by what it is known when it is asked again}
    long ticket();

    /// See that a user may read and write a file, and that it is long enough.
    ///
    /// @param path absolute
    /// @param sizeBytes how long it becomes, by a hole, if it is shorter; 0 leaves it as it is
    /// @param create whether to make it if it is not there
    /// @param ticket asked again with the same one it is done once
    record Prepare(String path, Identity owner, long sizeBytes, boolean create, long ticket)
            implements FileQuestion {}

    /// Write pages of a segment to its file.
    ///
    /// @param end the first page that is not meant
    /// @param ticket asked again with the same one it is one write
    record Write(SegmentId segment, int start, int end, long ticket) implements FileQuestion {}
}
