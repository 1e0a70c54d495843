// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.host.HostFailure;
import org.krg.host.MoveProgress;
import org.krg.host.core.Action;
import org.krg.host.core.HostView;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.core.SentAhead;
import org.krg.host.model.CellId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;

/// Has the source's part of moves done on other threads, one part of a move at a time. Owned by the
/// engine thread.
final class MoveDesk {
    private final CellTable cells;
    private final Workers workers;
    private final MovePipeline pipeline;
    private final GenerationNumbers numbers;
    private final Finished finished;
    private final TreeMap<MigrationId, Long> ahead = new TreeMap<>();

    /// Told from another thread when a part of a move ended.
    interface Finished {
        /// Takes it in.
        ///
        /// @param aheadBytes what was sent ahead, if that was it and it went well
        void take(
                CellId cell,
                Migration migration,
                Optional<Long> aheadBytes,
                Optional<HostFailure> failure);
    }

    MoveDesk(
            CellTable cells,
            Workers workers,
            MovePipeline pipeline,
            GenerationNumbers numbers,
            Finished finished) {
        this.cells = cells;
        this.workers = workers;
        this.pipeline = pipeline;
        this.numbers = numbers;
        this.finished = finished;
    }

    /// {@return the moves whose first part is done}
    List<SentAhead> sentAhead() {
        return ahead.entrySet().stream()
                .map(entry -> new SentAhead(entry.getKey(), entry.getValue()))
                .toList();
    }

    /// {@return how far a part of a move is} From any thread.
    Optional<MoveProgress> progress(MigrationId migration) {
        return pipeline.progress(migration);
    }

    void sendAhead(HostView view, Action.SendAhead action) {
        var migration = action.migration();
        var order = order(view, action.cell(), action.spec(), migration);
        begin(order, migration, () -> Optional.of(pipeline.sendAhead(order, migration)));
    }

    void handOver(HostView view, Action.HandOver action) {
        var migration = action.migration();
        var order = order(view, action.cell(), action.spec(), migration);
        begin(
                order,
                migration,
                () -> {
                    pipeline.handOver(order, migration);
                    return Optional.empty();
                });
    }

    /// A part ended.
    void done(CellId cell, Migration migration, Optional<Long> aheadBytes) {
        cells.finish(cell, Work.CHECKPOINTING);
        aheadBytes.ifPresent(bytes -> ahead.put(migration.id(), bytes));
    }

    /// Forgets what is over.
    void turn(HostView view) {
        ahead.keySet()
                .removeIf(id ->
                        view.image().migrations().find(id).filter(Migration::isActive).isEmpty());
    }

    private Checkpointing.Order order(
            HostView view, CellId cell, JobSpec spec, Migration migration) {
        var process = view.image().processes().require(migration.route().process());
        return new Checkpointing.Order(
                cell,
                numbers.next(process),
                spec,
                view.otherReadyNodes(),
                false,
                Optional.of(migration.route().to()));
    }

    /// A part of a move.
    private interface Part {
        /// {@return what was sent ahead, if this was it}
        Optional<Long> run();
    }

    private void begin(Checkpointing.Order order, Migration migration, Part part) {
        var cell = order.cell();
        cells.begin(cell, Work.CHECKPOINTING);
        workers.onCheckpoint(() -> {
            try {
                finished.take(cell, migration, part.run(), Optional.empty());
            } catch (HostFailure failure) {
                finished.take(cell, migration, Optional.empty(), Optional.of(failure));
            } catch (RuntimeException unexpected) {
                var failure = HostEngine.unexpected("move", cell, unexpected);
                finished.take(cell, migration, Optional.empty(), Optional.of(failure));
            }
        });
    }
}
