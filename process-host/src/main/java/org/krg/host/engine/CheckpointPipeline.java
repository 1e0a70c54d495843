// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.host.HostFailure;
import org.krg.host.core.Retention;
import org.krg.host.model.CellId;
import org.krg.state.ClusterStore;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.ProcessId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A generation from its dump to its end: taken, committed, dropped when newer ones are there, and
/// removed from the disk when it is no longer agreed.
final class CheckpointPipeline {
    private static final Logger log = LoggerFactory.getLogger(CheckpointPipeline.class);

    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final Takes takes;

    CheckpointPipeline(
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            MetricRegistry metrics) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.takes = new Takes(proposals, metrics);
    }

    /// Takes and commits a generation; blocks. A failure is reported to the cluster too.
    ///
    /// @throws HostFailure if there is no new generation
    Generation take(Checkpointing.Order order) {
        try {
            return takes.take(order.generation(), () -> begin(order), takes::commit);
        } catch (HostFailure failure) {
            report(order.cell(), failure);
            throw failure;
        }
    }

    private Checkpointing.Taken begin(Checkpointing.Order order) {
        var image = store.image();
        // A process that is gone by now is found missing where its cell is looked for.
        image.processes()
                .find(order.generation().process())
                .ifPresent(process -> Takes.requireRoom(image, process.job()));
        return checkpoints.take(order, (_, _) -> {});
    }

    /// Proposes to drop what the job's retention does not keep.
    void retain(ClusterImage image, HostedProcess process, Instant now) {
        for (var surplus : Retention.surplus(image, process, now)) {
            log.info("checkpoint no longer kept checkpoint={}", surplus);
            var _ = proposals.submit(new DropGeneration(surplus));
        }
    }

    /// Removes from this node what is no longer agreed; blocks.
    void clean() {
        for (var stored : checkpoints.stored()) {
            if (Retention.isGarbage(store.image(), stored.id(), stored.digest())) {
                forget(stored);
            }
        }
        sweep();
    }

    private void sweep() {
        try {
            checkpoints.sweep();
        } catch (HostFailure failure) {
            log.warn("what no checkpoint needs is not freed reason={}", failure.getMessage());
        }
    }

    private void forget(StoredManifest stored) {
        try {
            checkpoints.forget(stored);
            log.info("checkpoint removed checkpoint={}", stored.id());
        } catch (HostFailure failure) {
            log.warn(
                    "checkpoint cannot be removed checkpoint={} reason={}",
                    stored.id(),
                    failure.getMessage());
        }
    }

    private void report(CellId cell, HostFailure failure) {
        var _ =
                proposals.submit(
                        new ReportCheckpointFailed(
                                new ProcessId(cell.process()),
                                new Epoch(cell.epoch()),
                                failure.getMessage()));
    }
}
