// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;
import java.util.Optional;

/// One hosted process tree (rank) of a job.
///
/// @param rank from 0; `job/0`
/// @param epoch of the present or last incarnation
/// @param restarts how often the restart policy started it again
/// @param failures recent failed starts, oldest first, at most [#MAX_FAILURES]; forgotten once an
///   incarnation has run for a while
/// @param decision the latest placement decision
/// @param lastNode of the present or last incarnation, which keeps its output; empty before the
///   first
/// @param lastGeneration the largest number a generation of it ever had, dropped ones included; 0
///   before the first
/// @param lastEpoch the largest epoch that was ever given out: to an incarnation, or to one that
///   was to arrive by a migration
/// @param address its own, on whatever node it is; empty when it uses its node's
/// @param frozen whether it is to stand still until somebody lets it go on, in whatever incarnation
public record HostedProcess(
        ProcessId id,
        JobId job,
        int rank,
        Epoch epoch,
        Phase phase,
        int restarts,
        List<FailedStart> failures,
        Optional<PlacementDecision> decision,
        Optional<NodeId> lastNode,
        long lastGeneration,
        Epoch lastEpoch,
        Optional<Ipv4Address> address,
        boolean frozen) {
    /// Failed starts that are remembered.
    public static final int MAX_FAILURES = 8;

    public HostedProcess {
        failures = List.copyOf(failures);
        if (lastEpoch.compareTo(epoch) < 0) {
            throw new IllegalArgumentException(epoch + " came after " + lastEpoch);
        }
    }

    /// A process that is not frozen.
    public HostedProcess(
            ProcessId id,
            JobId job,
            int rank,
            Epoch epoch,
            Phase phase,
            int restarts,
            List<FailedStart> failures,
            Optional<PlacementDecision> decision,
            Optional<NodeId> lastNode,
            long lastGeneration,
            Epoch lastEpoch,
            Optional<Ipv4Address> address) {
        this(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                false);
    }

    /// A process that no generation was taken of, without an address of its own; the last node is
    /// the one of its phase.
    public HostedProcess(
            ProcessId id,
            JobId job,
            int rank,
            Epoch epoch,
            Phase phase,
            int restarts,
            List<FailedStart> failures,
            Optional<PlacementDecision> decision) {
        this(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                decision,
                phase.host(),
                0,
                epoch,
                Optional.empty());
    }

    /// {@return this process in another phase of the same incarnation}
    public HostedProcess inPhase(Phase next) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                next,
                restarts,
                failures,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                frozen);
    }

    /// {@return the epoch that the next incarnation gets}
    public Epoch nextEpoch() {
        return lastEpoch.next();
    }

    /// {@return this process assigned to `node` as its next incarnation}
    public HostedProcess placed(NodeId node, Phase.Starting next, PlacementDecision why) {
        return new HostedProcess(
                id,
                job,
                rank,
                nextEpoch(),
                next,
                restarts,
                failures,
                Optional.of(why),
                Optional.of(node),
                lastGeneration,
                nextEpoch(),
                address,
                frozen);
    }

    /// {@return this process with another count of restarts}
    public HostedProcess withRestarts(int count) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                count,
                failures,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                frozen);
    }

    /// {@return this process with other failed starts}
    public HostedProcess withFailures(List<FailedStart> recent) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                recent,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                frozen);
    }

    /// {@return this process with another latest decision}
    public HostedProcess withDecision(PlacementDecision latest) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                Optional.of(latest),
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                frozen);
    }

    /// {@return this process with another last generation}
    public HostedProcess withLastGeneration(long number) {
        return new HostedProcess(
                id, job, rank, epoch, phase, restarts, failures, decision, lastNode, number,
                lastEpoch, address, frozen);
    }

    /// {@return this process after `given` was kept for an incarnation that is to arrive}
    public HostedProcess withLastEpoch(Epoch given) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                decision,
                lastNode,
                lastGeneration,
                given,
                address,
                frozen);
    }

    /// {@return this process as it runs on the node that it was moved to}
    public HostedProcess moved(Phase.Running next, Epoch arrived) {
        return new HostedProcess(
                id,
                job,
                rank,
                arrived,
                next,
                restarts,
                failures,
                decision,
                Optional.of(next.node()),
                lastGeneration,
                lastEpoch,
                address,
                frozen);
    }

    /// {@return this process with an address of its own}
    public HostedProcess withAddress(Ipv4Address own) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                Optional.of(own),
                frozen);
    }

    /// {@return this process, which is to stand still or to go on}
    public HostedProcess withFrozen(boolean still) {
        return new HostedProcess(
                id,
                job,
                rank,
                epoch,
                phase,
                restarts,
                failures,
                decision,
                lastNode,
                lastGeneration,
                lastEpoch,
                address,
                still);
    }
}
