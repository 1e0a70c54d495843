// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import org.krg.pages.codec.AttachError;
import org.krg.pages.engine.FaultSink;

/// Which segments processes of this node may open.
public interface SegmentDoor {
    /// What a process gets, or why not.
    sealed interface Opening {
        /// The segment is theirs to map.
        ///
        /// @param faults is told of the process' faults
        record Granted(NodeMemory memory, FaultSink faults) implements Opening {}

        /// It is not.
        record Refused(AttachError reason) implements Opening {}
    }

    /// Opens a segment for a user. Called by one thread, may take as long as the cluster needs.
    Opening open(String segment, int uid);
}
