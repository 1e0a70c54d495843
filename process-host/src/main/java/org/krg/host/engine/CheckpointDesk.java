// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.krg.host.HostFailure;
import org.krg.host.core.CheckpointClock;
import org.krg.host.core.CheckpointInterval;
import org.krg.host.core.HostView;
import org.krg.host.core.LastCut;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.core.Reconciler;
import org.krg.host.model.CellId;
import org.krg.state.image.Table;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Decides at each turn of the engine which checkpoint begins: those that users asked for, then
/// those that are due; never two of one cell at once. Owned by the engine thread.
final class CheckpointDesk implements AutoCloseable {
    /// Copies that nobody committed are looked for this often.
    private static final Duration CLEAN_EVERY = Duration.ofMinutes(5);

    private final CellTable cells;
    private final Workers workers;
    private final CheckpointPipeline pipeline;
    private final CutPipeline cuts;
    private final Ticker ticker;
    private final Finished finished;
    private final TreeMap<ProcessId, Deque<Ask>> asks = new TreeMap<>();
    private final GenerationNumbers numbers;
    private CheckpointClock clock = CheckpointClock.EMPTY;
    private List<GenerationId> known = List.of();
    private Duration cleanAt = Duration.ZERO;

    private record Ask(boolean pinned, CompletableFuture<Generation> answer) {}

    /// A process that runs here.
    private record Hosted(CellId cell, HostedProcess process, JobSpec spec) {}

    /// Told from another thread when a checkpoint ended, well or not.
    interface Finished {
        void take(CellId cell, Duration began, Optional<HostFailure> failure);
    }

    CheckpointDesk(
            CellTable cells,
            Workers workers,
            CheckpointPipeline pipeline,
            CutPipeline cuts,
            GenerationNumbers numbers,
            Ticker ticker,
            Finished finished) {
        this.cells = cells;
        this.workers = workers;
        this.pipeline = pipeline;
        this.cuts = cuts;
        this.numbers = numbers;
        this.ticker = ticker;
        this.finished = finished;
    }

    void ask(ProcessId process, boolean pinned, CompletableFuture<Generation> answer) {
        asks.computeIfAbsent(process, _ -> new ArrayDeque<>()).add(new Ask(pinned, answer));
    }

    void taken(CellId cell, Duration began, boolean failed) {
        cells.finish(cell, Work.CHECKPOINTING);
        var now = ticker.now();
        clock = failed ? clock.failed(cell, now) : clock.taken(cell, began, now);
    }

    /// Begins what is to be begun, and tidies up behind older generations.
    void turn(HostView view) {
        var hosted = hosted(view);
        for (var process : List.copyOf(asks.keySet())) {
            answer(view, hosted, process);
        }
        if (view.standing()) {
            clock = clock.following(periodic(view, hosted), view.clock());
            var due = clock.due(view.clock());
            for (var one : hosted) {
                if (due.contains(one.cell()) && one.spec().isParallel()) {
                    if (view.image().hasMovingRank(one.process().job())) {
                        continue; // It stays due until the move is over.
                    }
                    clock = clock.taken(one.cell(), view.clock(), view.clock());
                    cuts.begin(view.image().jobs().require(one.process().job()), view.now());
                } else if (due.contains(one.cell()) && isFree(view, one)) {
                    begin(view, one, new Ask(false, new CompletableFuture<>()));
                }
            }
        }
        tidy(view, hosted);
    }

    /// Fails what users still wait for.
    @Override
    public void close() {
        asks.values().forEach(queue -> fail(queue, stopping()));
        asks.clear();
    }

    private static List<Hosted> hosted(HostView view) {
        var hosted = new ArrayList<Hosted>();
        for (var process : view.image().processes().values()) {
            if (process.phase() instanceof Phase.Running) {
                var spec = view.image().jobs().require(process.job()).spec();
                Reconciler.assigned(view, process)
                        .ifPresent(cell -> hosted.add(new Hosted(cell, process, spec)));
            }
        }
        return hosted;
    }

    private void answer(HostView view, List<Hosted> hosted, ProcessId process) {
        var queue = asks.getOrDefault(process, new ArrayDeque<>());
        var found =
                hosted.stream()
                        .filter(one -> one.process().id().equals(process))
                        .filter(one -> cells.isAlive(one.cell()))
                        .findFirst();
        if (queue.isEmpty()) {
            asks.remove(process);
        } else if (found.isEmpty()) {
            fail(queue, notHere(process));
        } else if (!view.standing()) {
            fail(queue, outOfTouch());
        } else if (!found.get().spec().checkpoint().engine().saves()) {
            fail(queue, nothingToSave(process));
        } else if (isFree(view, found.get())) {
            begin(view, found.get(), queue.remove());
        }
    }

    /// A program that moves is saved by its move, and must not be let go on by anything else.
    private boolean isFree(HostView view, Hosted hosted) {
        return cells.isAlive(hosted.cell())
                && cells.findWork(hosted.cell()).equals(Optional.of(Work.NONE))
                && view.image().activeMigration(hosted.process().id()).isEmpty();
    }

    private static List<CheckpointClock.Periodic> periodic(HostView view, List<Hosted> hosted) {
        return hosted.stream()
                // The host of the first rank asks for all.
                .filter(one -> one.process().rank() == 0)
                // What stands still does not change.
                .filter(one -> !one.process().frozen())
                // What is to end is not brought back.
                .filter(one -> !isToEnd(view, one.process()))
                .flatMap(one ->
                        CheckpointInterval.of(view.image(), one.process())
                                .map(it ->
                                        new CheckpointClock.Periodic(
                                                one.cell(),
                                                it.every(),
                                                LastCut.age(
                                                        view.image(), one.process(), view.now())))
                                .stream())
                .toList();
    }

    private static boolean isToEnd(HostView view, HostedProcess process) {
        return view.image().jobs().require(process.job()).stop().isPresent();
    }

    private void begin(HostView view, Hosted hosted, Ask ask) {
        cells.begin(hosted.cell(), Work.CHECKPOINTING);
        var order =
                new Checkpointing.Order(
                        hosted.cell(),
                        numbers.next(view.image(), hosted.process()),
                        hosted.spec(),
                        view.otherReadyNodes(),
                        ask.pinned(),
                        Optional.empty(),
                        false);
        workers.onCheckpoint(() -> take(order, ask.answer()));
    }

    private void take(Checkpointing.Order order, CompletableFuture<Generation> answer) {
        var began = ticker.now();
        try {
            var generation = pipeline.take(order);
            finished.take(order.cell(), began, Optional.empty());
            answer.complete(generation);
        } catch (HostFailure failure) {
            finished.take(order.cell(), began, Optional.of(failure));
            answer.completeExceptionally(failure);
        } catch (RuntimeException unexpected) {
            var failure = HostEngine.unexpected("checkpoint", order.cell(), unexpected);
            finished.take(order.cell(), began, Optional.of(failure));
            answer.completeExceptionally(failure);
        }
    }

    private void tidy(HostView view, List<Hosted> hosted) {
        var agreed = view.image().generations().stream().map(Table.Entry::key).toList();
        if (agreed.equals(known) && view.clock().compareTo(cleanAt) < 0) {
            return;
        }
        known = agreed;
        cleanAt = view.clock().plus(CLEAN_EVERY);
        if (view.standing()) {
            // What all ranks have of one number goes with that of the first.
            hosted.stream()
                    .filter(one -> one.process().rank() == 0)
                    .forEach(one -> pipeline.retain(view.image(), one.process(), view.now()));
        }
        workers.onClean(pipeline::clean);
    }

    private static void fail(Deque<Ask> queue, HostFailure failure) {
        queue.forEach(ask -> ask.answer().completeExceptionally(failure));
        queue.clear();
    }

    private static HostFailure notHere(ProcessId process) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "process " + process + " does not run on this node now",
                "see where it is with `krg-admin ps`, and try again once it runs");
    }

    private static HostFailure outOfTouch() {
        return new HostFailure(
                HostFailure.Code.NO_QUORUM,
                "this node is out of touch with the quorum: its processes stand still",
                "`krg-admin cluster status` shows who can be reached");
    }

    private static HostFailure nothingToSave(ProcessId process) {
        return new HostFailure(
                HostFailure.Code.NOT_CHECKPOINTABLE,
                "process "
                        + process
                        + " belongs to a job of the engine `restart`: nothing of it is"
                        + " saved, it starts again from the beginning",
                "submit the job with `--engine criu` or `--engine cooperative`");
    }

    private static HostFailure stopping() {
        return new HostFailure(
                HostFailure.Code.NO_QUORUM, "the agent of this node stops", "try again later");
    }
}
