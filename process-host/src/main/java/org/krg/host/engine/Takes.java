// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.krg.host.HostFailure;
import org.krg.state.command.Command;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.Reply;
import org.krg.state.core.CheckpointQuota;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all checkpoints have in common, of a process or of a rank: they are timed and counted, and
/// each exists when the log has taken in that it was taken. Methods block; safe for use from
/// several threads.
record Takes(Proposals proposals, MetricRegistry metrics) {
    private static final Logger log = LoggerFactory.getLogger(Takes.class);

    private static final String MAKE_ROOM =
            "`krg-admin checkpoint list` of the job shows both and what takes them; remove some with"
                    + " `krg-admin checkpoint rm`, or have root raise the owner's with `krg-admin"
                    + " checkpoint quota set`";

    /// Refuses a checkpoint that would surely not be kept, before its program stands still for it.
    ///
    /// @throws HostFailure if a quota is used up by what does not go for a new one
    static void requireRoom(ClusterImage image, JobId job) {
        CheckpointQuota.full(image, image.jobs().require(job))
                .ifPresent(why -> {
                    throw new HostFailure(
                            HostFailure.Code.CONFLICT,
                            "no checkpoint was begun: " + why,
                            MAKE_ROOM);
                });
    }

    /// Takes a checkpoint and tells the log.
    ///
    /// @param work takes it
    /// @param telling tells the log then
    /// @throws HostFailure if it was not taken, or the log does not keep it
    Generation take(
            GenerationId id,
            Supplier<Checkpointing.Taken> work,
            Consumer<Checkpointing.Taken> telling) {
        try (var _ = metrics.timer("krg.host.checkpoint_seconds").time()) {
            var taken = work.get();
            telling.accept(taken);
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

    /// Makes what was taken the newest checkpoint of its process.
    ///
    /// @throws HostFailure if the log refuses that, or a quota leaves no room
    void commit(Checkpointing.Taken taken) {
        var id = taken.generation().id();
        var command = new CommitGeneration(taken.generation(), taken.copiesWanted());
        if (require(id, command).created() != id.number()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    ("checkpoint %s was taken and not kept: the quota of its job, or of all jobs of its"
                                    + " owner, leaves no room")
                            .formatted(id),
                    MAKE_ROOM);
        }
    }

    /// Tells the log that a checkpoint was taken.
    ///
    /// @throws HostFailure if it refuses that
    Reply.Accepted require(GenerationId id, Command told) {
        var reply = proposals.submit(told).join();
        if (reply instanceof Reply.Accepted accepted) {
            return accepted;
        }
        throw new HostFailure(
                HostFailure.Code.CONFLICT,
                "checkpoint %s was taken and not kept: %s".formatted(id, reason(reply)),
                "");
    }

    private static String reason(Reply reply) {
        return reply instanceof Reply.Refused(_, var refusal, var detail)
                ? refusal + ", " + detail
                : reply.toString();
    }
}
