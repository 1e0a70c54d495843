// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What a user asks for when a job is submitted.
///
/// @param reserve what placement sets aside for each process
/// @param onlyOn nodes that placement may choose from; empty means every node
public record JobSpec(
        Program program,
        Identity runAs,
        Resources reserve,
        ResourceLimits limits,
        RestartPolicy restart,
        RecoveryPolicy recovery,
        CheckpointPolicy checkpoint,
        PartitionPolicy onPartition,
        List<NodeId> onlyOn) {
    public JobSpec {
        onlyOn = List.copyOf(onlyOn);
    }
}
