// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.util.Map;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.state.model.Engine;
import org.krg.state.model.NodeId;

/// The engines that work on this node.
///
/// @param node where they work
/// @param working those that passed their self-test
record Dumpers(NodeId node, Map<Engine, Dumper> working) {
    Dumpers {
        working = Map.copyOf(working);
    }

    /// {@return the engine; fails if it does not work here}
    Dumper require(Engine engine) {
        var dumper = working.get(engine);
        if (dumper != null) {
            return dumper;
        }
        var cause =
                switch (engine) {
                    case CRIU -> "CRIU does not work on node " + node;
                    case COOPERATIVE ->
                            "cells are not isolated on node "
                                    + node
                                    + ", so that none can be stopped";
                    case RESTART -> "the engine restart saves nothing";
                };
        var remedy =
                switch (engine) {
                    case CRIU -> "See krg-admin system doctor, or submit with --engine restart";
                    case COOPERATIVE -> "Run the agent as root, or submit with --engine restart";
                    case RESTART -> "Submit the job with --engine criu or cooperative";
                };
        throw Failures.of(Phase.PREFLIGHT, Code.NO_ENGINE, cause, remedy);
    }
}
