// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;
import java.util.Optional;

/// What a user asks for when a job is submitted.
///
/// @param reserve what placement sets aside for each process
/// @param onlyOn nodes that placement may choose from; empty means every node
/// @param cellNetwork the addresses one of which each process gets for its own; empty when they use
///   their node's
public record JobSpec(
        Program program,
        Identity runAs,
        Resources reserve,
        ResourceLimits limits,
        RestartPolicy restart,
        RecoveryPolicy recovery,
        CheckpointPolicy checkpoint,
        PartitionPolicy onPartition,
        List<NodeId> onlyOn,
        Optional<AddressPool> cellNetwork) {
    public JobSpec {
        onlyOn = List.copyOf(onlyOn);
    }

    /// A job whose processes use the network of their node.
    public JobSpec(
            Program program,
            Identity runAs,
            Resources reserve,
            ResourceLimits limits,
            RestartPolicy restart,
            RecoveryPolicy recovery,
            CheckpointPolicy checkpoint,
            PartitionPolicy onPartition,
            List<NodeId> onlyOn) {
        this(
                program,
                runAs,
                reserve,
                limits,
                restart,
                recovery,
                checkpoint,
                onPartition,
                onlyOn,
                Optional.empty());
    }

    /// {@return this job with processes that have addresses of their own}
    public JobSpec withCellNetwork(AddressPool pool) {
        return new JobSpec(
                program,
                runAs,
                reserve,
                limits,
                restart,
                recovery,
                checkpoint,
                onPartition,
                onlyOn,
                Optional.of(pool));
    }
}
