// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import org.krg.host.HostFailure;
import org.krg.state.ClusterStore;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.model.Epoch;
import org.krg.state.model.Job;

/// The part of one rank in a cut: it stands still, is saved, goes on with the others, and is
/// reported when its copies are there. Any failure gives the whole cut up.
final class CutPipeline {
    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final Takes takes;

    CutPipeline(
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            MetricRegistry metrics) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.takes = new Takes(proposals, metrics);
    }

    /// Asks for a checkpoint of all ranks.
    void begin(Job job, Instant at) {
        var _ = proposals.submit(new BeginCut(job.id(), false, at));
    }

    /// Takes a rank's part; blocks.
    ///
    /// @throws HostFailure if it has none
    void take(Job job, Checkpointing.Order order) {
        var gate =
                new CutGate(
                        store,
                        proposals,
                        job.id(),
                        order.generation(),
                        new Epoch(order.cell().epoch()),
                        CutGate.LIMIT);
        try {
            var _ =
                    takes.take(
                            order.generation(),
                            () -> takeWithOthers(job, order, gate),
                            taken -> report(order, taken));
        } catch (HostFailure failure) {
            var process = order.generation().process();
            var reason = "process %s: %s".formatted(process, failure.getMessage());
            abandon(job, order.generation().number(), reason);
            throw failure;
        }
    }

    private void report(Checkpointing.Order order, Checkpointing.Taken taken) {
        var _ =
                takes.require(
                        order.generation(),
                        new ReportSaved(taken.generation(), taken.copiesWanted()));
    }

    private Checkpointing.Taken takeWithOthers(Job job, Checkpointing.Order order, CutGate gate) {
        Takes.requireRoom(store.image(), job.id());
        return checkpoints.takeInCut(order, gate, (_, _) -> {});
    }

    /// Gives a cut up. Without effect on one that is over.
    void abandon(Job job, long number, String reason) {
        var _ = proposals.submit(new AbandonCut(job.id(), number, reason));
    }
}
