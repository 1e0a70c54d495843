// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.List;
import org.krg.host.GenerationContents;
import org.krg.host.model.CellId;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;

/// Takes checkpoints of cells and brings programs back from them. All methods block; they fail with
/// [org.krg.host.HostFailure], whose message says phase, cause and remedy.
public interface Checkpointing {
    /// What is to be taken.
    ///
    /// @param ready nodes that a copy may be sent to, this one not among them
    record Order(
            CellId cell,
            GenerationId generation,
            JobSpec spec,
            List<NodeId> ready,
            boolean pinned) {
        public Order {
            ready = List.copyOf(ready);
        }
    }

    /// What was taken.
    ///
    /// @param copiesWanted nodes that should hold it; fewer may be had in a small cluster
    record Taken(Generation generation, int copiesWanted) {}

    /// Takes a checkpoint and has it copied; the program goes on afterwards.
    Taken take(Order order);

    /// Makes a cell for the program of a generation and brings it back there. After a failure
    /// nothing of the cell is left.
    void restore(CellId cell, JobSpec spec, Generation generation);

    /// {@return the generations that this node has anything of}
    List<GenerationId> stored();

    /// Removes what this node has of a generation.
    void forget(GenerationId generation);

    /// {@return what a generation holds, from this node's copy}
    GenerationContents inspect(Generation generation);
}
