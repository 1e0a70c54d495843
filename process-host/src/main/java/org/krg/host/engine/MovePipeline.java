// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.krg.host.HostFailure;
import org.krg.host.MoveProgress;
import org.krg.host.model.CellId;
import org.krg.state.ClusterStore;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.Reply;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two parts of a move that its source does: memory sent ahead while the program runs, and the
/// rest while it stands still. Methods block; safe for use from several threads.
final class MovePipeline {
    private static final Logger log = LoggerFactory.getLogger(MovePipeline.class);

    private final ClusterStore store;
    private final InputGate gate;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final Failpoints failpoints;
    private final MetricRegistry metrics;
    private final Takes takes;
    private final Map<MigrationId, MoveProgress> progress = new ConcurrentHashMap<>();

    MovePipeline(
            ClusterStore store,
            InputGate gate,
            Checkpointing checkpoints,
            Proposals proposals,
            Failpoints failpoints,
            MetricRegistry metrics) {
        this.store = store;
        this.gate = gate;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.failpoints = failpoints;
        this.metrics = metrics;
        this.takes = new Takes(proposals, metrics);
    }

    /// {@return how far the present part of a move is; empty when this node sends nothing for it}
    Optional<MoveProgress> progress(MigrationId migration) {
        return Optional.ofNullable(progress.get(migration));
    }

    /// Takes a checkpoint like any other, with its first copy on the target.
    ///
    /// @return bytes that were sent
    /// @throws HostFailure if there is no checkpoint
    long sendAhead(Checkpointing.Order order, Migration migration) {
        try {
            requireActive(migration);
            var taken = checkpoints.take(order, counting(migration));
            takes.commit(taken);
            failpoints.reach(Failpoint.SENT_AHEAD);
            log.info(
                    "memory sent ahead migration={} to={} bytes={} frozen={}ms",
                    migration.id(),
                    migration.route().to(),
                    taken.sentBytes(),
                    taken.generation().frozen().toMillis());
            return taken.sentBytes();
        } finally {
            progress.remove(migration.id());
        }
    }

    /// Stops the program, saves it, copies to the target what is missing there, and says so in the
    /// log. Whether it is thawed or killed is decided there, not here.
    ///
    /// @return what the log says to it
    /// @throws HostFailure if it could not be handed over
    Reply handOver(Checkpointing.Order order, Migration migration) {
        try (var _ = metrics.timer("krg.host.handover_seconds").time()) {
            gate.awaitEmpty(migration.route().process());
            requireActive(migration);
            var taken = checkpoints.takeAndHold(order, counting(migration));
            failpoints.reach(Failpoint.STANDS);
            var over =
                    new HandOver(
                            migration.id(), taken.generation(), taken.sentBytes(), taken.stopped());
            var reply = proposals.submit(over).join();
            failpoints.reach(Failpoint.HANDED_OVER);
            log.info(
                    "process handed over migration={} to={} checkpoint={} bytes={} dump={}ms"
                            + " reply={}",
                    migration.id(),
                    migration.route().to(),
                    order.generation(),
                    taken.sentBytes(),
                    taken.generation().frozen().toMillis(),
                    reply);
            return reply;
        } finally {
            progress.remove(migration.id());
        }
    }

    /// {@return whether all memory of a program that arrived here is here}
    boolean isMemoryHere(CellId cell) {
        return checkpoints.isMemoryHere(cell);
    }

    /// A move that was given up while it waited for a thread does not begin, and one that sends
    /// ends with the block that it sends: what stands still for it is to go on.
    private Checkpointing.Progress counting(Migration migration) {
        return (sent, whole) -> {
            requireActive(migration);
            progress.put(migration.id(), new MoveProgress(sent, whole));
        };
    }

    private void requireActive(Migration migration) {
        var known = store.image().migrations().find(migration.id());
        if (known.filter(Migration::isActive).isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "operation %s was given up".formatted(migration.id()),
                    "");
        }
    }
}
