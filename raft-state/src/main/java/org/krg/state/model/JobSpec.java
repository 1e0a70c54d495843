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
/// @param ranks processes of the job, from 1; several are one parallel program, which is saved,
///   goes back and ends as one
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
        Optional<AddressPool> cellNetwork,
        int ranks) {
    public JobSpec {
        onlyOn = List.copyOf(onlyOn);
        if (ranks < 1) {
            throw new IllegalArgumentException("a job has at least one process, not " + ranks);
        }
    }

    /// A job of one process that uses the network of its node.
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
                Optional.empty(),
                1);
    }

    /// {@return whether several processes are one parallel program}
    public boolean isParallel() {
        return ranks > 1;
    }

    /// {@return this job with processes that placement may put on every node}
    public JobSpec onAnyNode() {
        return new JobSpec(
                program,
                runAs,
                reserve,
                limits,
                restart,
                recovery,
                checkpoint,
                onPartition,
                List.of(),
                cellNetwork,
                ranks);
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
                Optional.of(pool),
                ranks);
    }

    /// {@return this job with so many processes}
    public JobSpec withRanks(int number) {
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
                cellNetwork,
                number);
    }
}
