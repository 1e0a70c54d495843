// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import org.krg.host.HostFailure;
import org.krg.state.ClusterStore;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.Reply;
import org.krg.state.model.Epoch;
import org.krg.state.model.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of one rank in a cut: it stands still, is saved, goes on with the others, and is
/// reported when its copies are there. Any failure gives the whole cut up.
final class CutPipeline {
    private static final Logger log = LoggerFactory.getLogger(CutPipeline.class);

    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final MetricRegistry metrics;

    CutPipeline(
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            MetricRegistry metrics) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.metrics = metrics;
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
                        new Epoch(order.cell().epoch()));
        try (var _ = metrics.timer("krg.host.checkpoint_seconds").time()) {
            var taken = checkpoints.takeInCut(order, gate, (_, _) -> {});
            gate.requireWhole();
            var generation = taken.generation();
            var reply = proposals.submit(new ReportSaved(generation, taken.copiesWanted())).join();
            if (reply instanceof Reply.Refused(_, var refusal, var detail)) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "checkpoint %s was taken and not kept: %s, %s"
                                .formatted(generation.id(), refusal, detail),
                        "");
            }
            metrics.counter("krg.host.checkpoints_total").inc();
            log.info(
                    "rank saved checkpoint={} copies={} imageBytes={} storedBytes={} frozen={}ms",
                    generation.id(),
                    generation.copies(),
                    generation.imageBytes(),
                    generation.storedBytes(),
                    generation.frozen().toMillis());
        } catch (HostFailure failure) {
            metrics.counter("krg.host.checkpoints_failed_total").inc();
            log.warn(
                    "rank not saved checkpoint={} reason={} remedy={}",
                    order.generation(),
                    failure.getMessage(),
                    failure.remedy());
            var process = order.generation().process();
            var reason = "process %s: %s".formatted(process, failure.getMessage());
            abandon(job, order.generation().number(), reason);
            throw failure;
        }
    }

    /// Gives a cut up. Without effect on one that is over.
    void abandon(Job job, long number, String reason) {
        var _ = proposals.submit(new AbandonCut(job.id(), number, reason));
    }
}
