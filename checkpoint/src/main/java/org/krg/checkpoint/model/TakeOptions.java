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
/// @param fileLimitBytes bytes of files that go along, at most
/// @param pinned not to be dropped by retention
/// @param leaveFrozen whether the program stands still from the dump on, also after a failure once
///   it was stopped: it is about to go on elsewhere
/// @param moving whether it is part of a move: the first candidate is the target and writes the
///   images for CRIU at once, and they are compared with those of an earlier part
/// @param memoryFollows whether private memory is left where it is, and is no part of it
public record TakeOptions(
        long number,
        Engine engine,
        int copies,
        List<NodeId> candidates,
        long fileLimitBytes,
        boolean pinned,
        boolean leaveFrozen,
        boolean moving,
        boolean memoryFollows) {
    public TakeOptions {
        candidates = List.copyOf(candidates);
        if (number < 1 || copies < 1 || fileLimitBytes < 0) {
            throw new IllegalArgumentException(
                    "number=%d copies=%d fileLimitBytes=%d"
                            .formatted(number, copies, fileLimitBytes));
        }
    }

    /// A generation of a program that goes on.
    public TakeOptions(
            long number,
            Engine engine,
            int copies,
            List<NodeId> candidates,
            long fileLimitBytes,
            boolean pinned) {
        this(number, engine, copies, candidates, fileLimitBytes, pinned, false, false, false);
    }

    /// {@return the same for a program that is about to go on elsewhere}
    public TakeOptions leavingFrozen() {
        return new TakeOptions(
                number,
                engine,
                copies,
                candidates,
                fileLimitBytes,
                pinned,
                true,
                moving,
                memoryFollows);
    }

    /// {@return the same as part of a move}
    public TakeOptions ofMove() {
        return new TakeOptions(
                number,
                engine,
                copies,
                candidates,
                fileLimitBytes,
                pinned,
                leaveFrozen,
                true,
                memoryFollows);
    }

    /// {@return the same without memory}
    public TakeOptions withoutMemory() {
        return new TakeOptions(
                number,
                engine,
                copies,
                candidates,
                fileLimitBytes,
                pinned,
                leaveFrozen,
                moving,
                true);
    }
}
