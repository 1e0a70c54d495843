// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.host.HostFailure;
import org.krg.state.command.Command;
import org.krg.state.command.Reply;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all checkpoints have in common, of a process or of a rank: they are timed and counted, and
/// each exists when the log has taken in that it was taken. Methods block; safe for use from
/// several threads.
record Takes(Proposals proposals, MetricRegistry metrics) {
    private static final Logger log = LoggerFactory.getLogger(Takes.class);

    /// Takes a checkpoint and tells the log.
    ///
    /// @param work takes it
    /// @param told what the log is told then
    /// @throws HostFailure if it was not taken, or the log refuses it
    Generation take(
            GenerationId id,
            Supplier<Checkpointing.Taken> work,
            Function<Checkpointing.Taken, Command> told) {
        try (var _ = metrics.timer("krg.host.checkpoint_seconds").time()) {
            var taken = work.get();
            require(id, told.apply(taken));
            metrics.counter("krg.host.checkpoints_total").inc();
            var generation = taken.generation();
            log.info(
                    "checkpoint taken checkpoint={} copies={} imageBytes={} storedBytes={}"
                            + " frozen={}ms",
                    id,
                    generation.copies(),
                    generation.imageBytes(),
                    generation.storedBytes(),
                    generation.frozen().toMillis());
            return generation;
        } catch (HostFailure failure) {
            metrics.counter("krg.host.checkpoints_failed_total").inc();
            log.warn(
                    "checkpoint failed checkpoint={} reason={} remedy={}",
                    id,
                    failure.getMessage(),
                    failure.remedy());
            throw failure;
        }
    }

    /// Tells the log that a checkpoint was taken.
    ///
    /// @throws HostFailure if it refuses that
    void require(GenerationId id, Command told) {
        if (proposals.submit(told).join() instanceof Reply.Refused(_, var refusal, var detail)) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint %s was taken and not kept: %s, %s".formatted(id, refusal, detail),
                    "");
        }
    }
}
