// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.host.HostFailure;
import org.krg.host.core.HostView;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.core.Reconciler;
import org.krg.host.model.CellId;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Phase;

/// Has the ranks of this node take part in the cuts of their jobs, each once in each cut. Owned by
/// the engine thread.
final class CutDesk {
    /// How long a rank may still be at its last checkpoint before the next cut, for which others
    /// stand still, is given up: more than the end of one that is done takes.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final CellTable cells;
    private final Workers workers;
    private final CutPipeline pipeline;
    private final Ticker ticker;
    private final CheckpointDesk.Finished finished;
    private final TreeMap<CellId, Long> begun = new TreeMap<>();

    /// The cuts that cells have not begun, being at something else.
    private final TreeMap<CellId, Late> late = new TreeMap<>();

    private record Late(long cut, Duration since) {}

    CutDesk(
            CellTable cells,
            Workers workers,
            CutPipeline pipeline,
            Ticker ticker,
            CheckpointDesk.Finished finished) {
        this.cells = cells;
        this.workers = workers;
        this.pipeline = pipeline;
        this.ticker = ticker;
        this.finished = finished;
    }

    /// Begins what is to be begun.
    void turn(HostView view) {
        begun.keySet().removeIf(cell -> !cells.isAlive(cell));
        late.keySet().removeIf(cell -> !cells.isAlive(cell));
        if (!view.standing()) {
            return;
        }
        for (var job : view.image().jobs().values()) {
            if (job.activeCut().isPresent()) {
                for (var rank : view.image().processesOf(job.id())) {
                    turn(view, job, job.activeCut().get(), rank);
                }
            }
        }
    }

    private void turn(HostView view, Job job, GroupCut cut, HostedProcess rank) {
        var part = cut.parts().get(rank.rank());
        var here = Reconciler.assigned(view, rank);
        if (here.isEmpty()
                || !(rank.phase() instanceof Phase.Running)
                || !part.epoch().equals(rank.epoch())
                || begun.getOrDefault(here.get(), 0L) == cut.number()) {
            return;
        }
        var cell = here.get();
        if (part.still()) {
            // An agent before this one stopped it, and it goes on since.
            begun.put(cell, cut.number());
            pipeline.abandon(job, cut.number(), "the agent of node " + view.self() + " restarted");
        } else if (isFree(cell)) {
            begun.put(cell, cut.number());
            begin(view, job, cut, cell, rank);
        } else if (isAtAnother(view, cell, cut)) {
            begun.put(cell, cut.number());
            pipeline.abandon(
                    job,
                    cut.number(),
                    "process %s is still at an earlier checkpoint".formatted(rank.id()));
        }
    }

    private boolean isAtAnother(HostView view, CellId cell, GroupCut cut) {
        var now = view.clock();
        var found =
                late.compute(
                        cell,
                        (_, before) ->
                                before != null && before.cut() == cut.number()
                                        ? before
                                        : new Late(cut.number(), now));
        return cells.findWork(cell).equals(Optional.of(Work.CHECKPOINTING))
                && now.minus(found.since()).compareTo(PATIENCE) >= 0;
    }

    private boolean isFree(CellId cell) {
        return cells.isAlive(cell) && cells.findWork(cell).equals(Optional.of(Work.NONE));
    }

    private void begin(HostView view, Job job, GroupCut cut, CellId cell, HostedProcess rank) {
        cells.begin(cell, Work.CHECKPOINTING);
        var order =
                new Checkpointing.Order(
                        cell,
                        new GenerationId(rank.id(), cut.number()),
                        job.spec(),
                        view.otherReadyNodes(),
                        cut.pinned(),
                        Optional.empty(),
                        false);
        workers.onCut(() -> take(job, order));
    }

    private void take(Job job, Checkpointing.Order order) {
        var began = ticker.now();
        Optional<HostFailure> failed = Optional.empty();
        try {
            pipeline.take(job, order);
        } catch (HostFailure failure) {
            failed = Optional.of(failure);
        } catch (RuntimeException unexpected) {
            var failure = HostEngine.unexpected("checkpoint", order.cell(), unexpected);
            pipeline.abandon(job, order.generation().number(), failure.getMessage());
            failed = Optional.of(failure);
        }
        finished.take(order.cell(), began, failed);
    }
}
