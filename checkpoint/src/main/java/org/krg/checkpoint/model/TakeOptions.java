// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import org.krg.state.model.Engine;
import org.krg.state.model.NodeId;

/// How a generation is taken.
///
/// @param number of the generation, larger than every earlier one of the process
/// @param engine that saves it
/// @param copies nodes that are to hold it, this one included; at least 1
/// @param candidates nodes that a copy may be sent to, in the order they are tried; this node not
///   among them
/// @param fileLimitBytes bytes of files open for writing, at most
/// @param pinned not to be dropped by retention
public record TakeOptions(
        long number,
        Engine engine,
        int copies,
        List<NodeId> candidates,
        long fileLimitBytes,
        boolean pinned) {
    public TakeOptions {
        candidates = List.copyOf(candidates);
        if (number < 1 || copies < 1 || fileLimitBytes < 0) {
            throw new IllegalArgumentException(
                    "number=%d copies=%d fileLimitBytes=%d"
                            .formatted(number, copies, fileLimitBytes));
        }
    }
}
