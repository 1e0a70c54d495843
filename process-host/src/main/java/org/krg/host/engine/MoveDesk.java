// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.krg.checkpoint.FollowingMemory;
import org.krg.host.HostFailure;
import org.krg.host.MoveProgress;
import org.krg.host.core.Action;
import org.krg.host.core.HostView;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.core.SentAhead;
import org.krg.host.model.CellId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.Migration.Step;
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
    private final ConcurrentSkipListMap<MigrationId, FollowingMemory> following =
            new ConcurrentSkipListMap<>();

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

    /// {@return the moves whose part beside the log is done on this node: memory sent ahead, or all
    /// memory that followed}
    List<SentAhead> sentAhead() {
        return ahead.entrySet().stream()
                .map(entry -> new SentAhead(entry.getKey(), entry.getValue()))
                .toList();
    }

    /// {@return how far a part of a move is} From any thread.
    Optional<MoveProgress> progress(MigrationId migration) {
        return Optional.ofNullable(following.get(migration))
                .map(it -> new MoveProgress(it.sentBytes(), it.wholeBytes()))
                .or(() -> pipeline.progress(migration));
    }

    /// The memory of a program that arrives here is on its way. From any thread.
    void follow(MigrationId migration, FollowingMemory memory) {
        following.put(migration, memory);
    }

    /// All of it is here.
    void followed(MigrationId migration, long bytes) {
        ahead.put(migration, bytes);
    }

    /// Kills the programs whose memory cannot come any more. From any thread.
    void close() {
        following.values().forEach(FollowingMemory::giveUp);
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

    /// Forgets what is over, and finds out what an agent before this one has seen to its end.
    void turn(HostView view) {
        for (var migration : view.image().migrations().values()) {
            var route = migration.route();
            var cell = new CellId(route.process().value(), route.next().value());
            if (migration.step() instanceof Step.Pulling
                    && route.to().equals(view.self())
                    && !following.containsKey(migration.id())
                    && cells.isAlive(cell)
                    && pipeline.isMemoryHere(cell)) {
                followed(migration.id(), 0);
            }
        }
        ahead.keySet().removeIf(id -> isOver(view, id));
        following.keySet().removeIf(id -> isOver(view, id));
    }

    private static boolean isOver(HostView view, MigrationId id) {
        return view.image().migrations().find(id).filter(Migration::isActive).isEmpty();
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
                Optional.of(migration.route().to()),
                migration.mode() == Mode.POST_COPY);
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
