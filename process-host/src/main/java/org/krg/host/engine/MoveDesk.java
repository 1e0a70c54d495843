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
import org.krg.state.model.Revision;

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
        /// @param failure empty when it went well
        void take(
                CellId cell,
                Migration migration,
                Optional<Result> result,
                Optional<HostFailure> failure);
    }

    /// What came of a part.
    sealed interface Result {
        /// So many bytes were sent ahead.
        record Ahead(long bytes) implements Result {}

        /// The log has said something to the hand-over, in this state.
        record Over(Revision at) implements Result {}
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
        begin(order, migration, () -> new Result.Ahead(pipeline.sendAhead(order, migration)));
    }

    void handOver(HostView view, Action.HandOver action) {
        var migration = action.migration();
        var order = order(view, action.cell(), action.spec(), migration);
        begin(
                order,
                migration,
                () -> new Result.Over(HostEngine.revision(pipeline.handOver(order, migration))));
    }

    /// A part ended. What was handed over is not touched again before the replica shows it.
    void done(CellId cell, Migration migration, Optional<Result> result) {
        cells.finish(cell, Work.CHECKPOINTING);
        result.ifPresent(it -> {
            switch (it) {
                case Result.Ahead(var bytes) -> ahead.put(migration.id(), bytes);
                case Result.Over(var at) -> {
                    cells.begin(cell, Work.REPORTING);
                    cells.reported(cell, at);
                }
            }
        });
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
                numbers.next(view.image(), process),
                spec,
                view.otherReadyNodes(),
                false,
                Optional.of(migration.route().to()));
    }

    /// A part of a move.
    private interface Part {
        Result run();
    }

    private void begin(Checkpointing.Order order, Migration migration, Part part) {
        var cell = order.cell();
        cells.begin(cell, Work.CHECKPOINTING);
        workers.onCheckpoint(() -> {
            try {
                finished.take(cell, migration, Optional.of(part.run()), Optional.empty());
            } catch (HostFailure failure) {
                finished.take(cell, migration, Optional.empty(), Optional.of(failure));
            } catch (RuntimeException unexpected) {
                var failure = HostEngine.unexpected("move", cell, unexpected);
                finished.take(cell, migration, Optional.empty(), Optional.of(failure));
            }
        });
    }
}
