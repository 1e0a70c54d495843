// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.krg.checkpoint.FollowingMemory;
import org.krg.host.HostFailure;
import org.krg.host.MoveProgress;
import org.krg.host.core.Action;
import org.krg.host.core.HostView;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.core.OwnLease;
import org.krg.host.core.Reconciler;
import org.krg.host.core.StopDelivery;
import org.krg.host.model.CellId;
import org.krg.state.ClusterStore;
import org.krg.state.command.Command;
import org.krg.state.command.Reply;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loop that owns the cells of the node: it sees, plans and performs, and begins again whenever
/// something changed.
///
/// All fields are owned by the engine thread. Slow work runs elsewhere and comes back through the
/// inbox.
public final class HostEngine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostEngine.class);

    /// Ends of cells, results of work and requests that may wait; a full inbox pushes back.
    private static final int INBOX_SIZE = 1_024;

    /// The engine looks at its cells at least this often: graces, checkpoints and thaws are due by
    /// the clock, not by an event.
    private static final Duration TICK = Duration.ofMillis(200);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final NodeId self;
    private final ClusterStore store;
    private final Machine machine;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final Supplier<OwnLease> lease;
    private final Ticker ticker;
    private final InstantSource wall;
    private final Failpoints failpoints;
    private final MetricRegistry metrics;
    private final InputLoop<Input> loop;

    private final Workers workers = new Workers();
    private final CellTable cells;
    private final CheckpointDesk desk;
    private final CutDesk cuts;
    private final MoveDesk moves;
    private final InputGate gate;
    private List<StopDelivery> stops = List.of();
    private final Set<CellId> beingTold = new HashSet<>();
    private volatile int alive;

    private sealed interface Input {
        record Ended(CellId cell) implements Input {}

        record Prepared(CellId cell) implements Input {}

        record BroughtUp(CellId cell, Optional<HostFailure> failure) implements Input {}

        record Released(CellId cell) implements Input {}

        record Removed(CellId cell, Optional<HostFailure> failure) implements Input {}

        record Told(StopDelivery delivery) implements Input {}

        record Frozen(CellId cell, Optional<HostFailure> failure) implements Input {}

        record Reported(CellId cell, Optional<Reply> reply) implements Input {}

        record Asked(ProcessId process, boolean pinned, CompletableFuture<Generation> answer)
                implements Input {}

        record Taken(CellId cell, Duration began, Optional<HostFailure> failure) implements Input {}

        record Followed(MigrationId migration, long bytes) implements Input {}

        record Moved(
                CellId cell,
                Migration migration,
                Optional<MoveDesk.Result> result,
                Optional<HostFailure> failure)
                implements Input {}
    }

    /// @param lease the node's lease as it stands
    public HostEngine(
            NodeId self,
            ClusterStore store,
            Machine machine,
            Checkpointing checkpoints,
            Proposals proposals,
            Supplier<OwnLease> lease,
            Ticker ticker,
            InstantSource wall,
            Failpoints failpoints,
            MetricRegistry metrics) {
        this.self = self;
        this.store = store;
        this.machine = machine;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.lease = lease;
        this.ticker = ticker;
        this.wall = wall;
        this.failpoints = failpoints;
        this.metrics = metrics;
        this.loop = new InputLoop<>("krg-host", INBOX_SIZE, STOP_LIMIT, new Owner());
        this.cells = new CellTable(machine);
        var numbers = new GenerationNumbers();
        this.gate = new InputGate(store);
        this.moves =
                new MoveDesk(
                        cells,
                        workers,
                        new MovePipeline(store, gate, checkpoints, proposals, failpoints, metrics),
                        numbers,
                        (cell, migration, result, failure) ->
                                loop.post(new Input.Moved(cell, migration, result, failure)));
        var pipeline = new CutPipeline(store, checkpoints, proposals, metrics);
        CheckpointDesk.Finished taken =
                (cell, began, failure) -> loop.post(new Input.Taken(cell, began, failure));
        this.cuts = new CutDesk(cells, workers, pipeline, ticker, taken);
        this.desk =
                new CheckpointDesk(
                        cells,
                        workers,
                        new CheckpointPipeline(store, checkpoints, proposals, metrics),
                        pipeline,
                        numbers,
                        ticker,
                        taken);
    }

    /// Finds the cells that an earlier agent left, and begins.
    public void start() {
        for (var cell : cells.survey()) {
            log.info("cell found cell={}", cell);
            watch(cell);
        }
        metrics.gauge("krg.host.cells_alive", () -> () -> alive);
        // Ends with the store.
        var _ = store.onChange(_ -> wake());
        loop.start();
    }

    /// Has the engine look again, because something may have changed. From any thread.
    public void wake() {
        loop.wake();
    }

    /// Takes a checkpoint of a process of this node, after the one that is under way. From any
    /// thread; fails with [HostFailure].
    public CompletableFuture<Generation> checkpoint(ProcessId process, boolean pinned) {
        var answer = new CompletableFuture<Generation>();
        loop.post(new Input.Asked(process, pinned, answer));
        return answer;
    }

    /// Does something to a program from outside, unless it is being moved; see [InputGate]. From
    /// any thread.
    void reach(ProcessId process, Runnable work) {
        gate.enter(process, work);
    }

    /// {@return how far the part of a move is that this node does; empty when it does none} From
    /// any thread.
    public Optional<MoveProgress> progress(MigrationId migration) {
        return moves.progress(migration);
    }

    /// Stops. The cells go on.
    @Override
    public void close() {
        loop.close();
        moves.close();
        workers.close();
        metrics.remove("krg.host.cells_alive");
    }

    private final class Owner implements InputLoop.Owner<Input> {
        @Override
        public void handle(Input input) {
            HostEngine.this.handle(input);
        }

        @Override
        public void look() {
            reconcile();
        }

        @Override
        public Duration nextPause() {
            return TICK;
        }

        @Override
        public void ended() {
            desk.close();
        }
    }

    private void handle(Input input) {
        switch (input) {
            case Input.Ended _ -> {}
            case Input.Prepared(var cell) -> cells.finish(cell, Work.BRINGING_UP);
            case Input.BroughtUp(var cell, var failure) -> broughtUp(cell, failure);
            case Input.Released(var cell) -> cells.released(cell);
            case Input.Removed(var cell, var failure) -> {
                if (failure.isEmpty()) {
                    cells.removed(cell);
                } else {
                    cells.notRemoved(cell, ticker.now());
                }
            }
            case Input.Told(var delivery) -> {
                beingTold.remove(delivery.cell());
                remember(delivery);
            }
            case Input.Frozen(var cell, var failure) ->
                    cells.frozen(cell, failure.isPresent(), ticker.now());
            case Input.Reported(var cell, var reply) ->
                    reply.ifPresentOrElse(
                            it -> reported(cell, it), () -> cells.finish(cell, Work.REPORTING));
            case Input.Asked(var process, var pinned, var answer) ->
                    desk.ask(process, pinned, answer);
            case Input.Taken(var cell, var began, var failure) ->
                    desk.taken(cell, began, failure.isPresent());
            case Input.Followed(var migration, var bytes) -> moves.followed(migration, bytes);
            case Input.Moved(var cell, var migration, var result, var failure) -> {
                moves.done(cell, migration, result);
                failure.ifPresent(cause -> giveUp(cell, migration, cause));
            }
        }
    }

    private void reported(CellId cell, Reply reply) {
        if (reply instanceof Reply.Refused(var revision, _, _)) {
            cells.refused(cell, revision, ticker.now());
        } else {
            cells.reported(cell, revision(reply));
        }
    }

    private void reconcile() {
        var clock = ticker.now();
        cells.unreleased(clock).forEach(this::release);
        var image = store.image();
        var held = lease.get();
        var view = view(image, held, clock);
        for (var action : Reconciler.plan(view)) {
            perform(action, view, held.deadline());
        }
        desk.turn(view);
        cuts.turn(view);
        moves.turn(view);
        stops = stops.stream().filter(stop -> cells.isAlive(stop.cell())).toList();
        alive = cells.alive();
    }

    private HostView view(ClusterImage image, OwnLease held, Duration clock) {
        return new HostView(
                image,
                self,
                held.stands(clock, image.revision()),
                cells.observe(image.revision(), clock),
                stops,
                moves.sentAhead(),
                wall.instant(),
                clock);
    }

    /// @param until up to when programs may be let run as planned: under the lease that was looked
    ///   at
    private void perform(Action action, HostView view, Duration until) {
        Failpoint.before(action).ifPresent(failpoints::reach);
        try {
            switch (action) {
                case Action.Kill(var cell, var reason) -> kill(cell, reason, view);
                case Action.Discard(var cell, var reason) -> discard(cell, reason, view);
                case Action.Start(var cell, var spec) ->
                        bringUp(cell, "start", () -> machine.start(cell, spec, until));
                case Action.Prepare(var cell, var spec) -> prepare(cell, spec);
                case Action.Restore(var cell, var spec, var id, var afterwards) -> {
                    var generation = view.image().generations().require(id);
                    bringUp(
                            cell,
                            "restore",
                            () -> {
                                checkpoints.restore(cell, spec, generation, afterwards, until);
                                failpoints.reach(Failpoint.RESTORED);
                            });
                }
                case Action.RestoreFollowed(var cell, var spec, var id, var migration) -> {
                    var generation = view.image().generations().require(id);
                    bringUp(
                            cell,
                            "restore",
                            () -> {
                                follow(
                                        migration,
                                        checkpoints.restoreFollowed(
                                                cell, spec, generation, migration, until));
                                failpoints.reach(Failpoint.RESTORED);
                            });
                }
                case Action.SendAhead ahead -> moves.sendAhead(view, ahead);
                case Action.HandOver over -> moves.handOver(view, over);
                case Action.Report(var cell, var command) -> report(cell, command);
                case Action.Freeze(var cell) ->
                        freeze("freeze", cell, view, () -> machine.freeze(cell));
                case Action.Thaw(var cell) ->
                        freeze("thaw", cell, view, () -> machine.thaw(cell, until));
                case Action.Stop(var cell, var order) ->
                        tell(new StopDelivery(cell, order, view.clock()));
            }
        } catch (HostFailure failure) {
            // Planned again at the next look.
            log.warn("action failed action={} reason={}", action, failure.getMessage());
        }
    }

    // Where it cannot come the cell is killed, and that is what is seen.
    private void follow(Migration migration, FollowingMemory memory) {
        moves.follow(migration.id(), memory);
        var _ =
                memory.done()
                        .whenComplete((bytes, failure) -> {
                            if (failure == null) {
                                loop.post(new Input.Followed(migration.id(), bytes));
                            } else {
                                log.warn(
                                        "memory does not follow, the program is killed migration={}"
                                                + " reason={}",
                                        migration.id(),
                                        failure.getMessage());
                            }
                        });
    }

    // A program decides how long either takes.
    private void freeze(String what, CellId cell, HostView view, Runnable work) {
        if (!cells.mayFreeze(cell, view.clock())) {
            return;
        }
        cells.begin(cell, Work.FREEZING);
        workers.onSignal(() -> {
            var failure = attempt(what, cell, work);
            if (failure.isEmpty()) {
                log.info("{} done cell={}", what, cell);
            }
            loop.post(new Input.Frozen(cell, failure));
        });
    }

    // Also where it could not be sent: whoever cannot be told is killed when the grace is over.
    private void tell(StopDelivery delivery) {
        var cell = delivery.cell();
        var signal = delivery.order().signal();
        if (!beingTold.add(cell)) {
            return;
        }
        workers.onSignal(() -> {
            if (attempt("signal", cell, () -> machine.signal(cell, signal, false)).isEmpty()) {
                log.info("process told to end cell={} signal={}", cell, signal);
            }
            loop.post(new Input.Told(delivery));
        });
    }

    private void remember(StopDelivery delivery) {
        var next = new ArrayList<StopDelivery>();
        stops.stream().filter(stop -> !stop.cell().equals(delivery.cell())).forEach(next::add);
        next.add(delivery);
        stops = List.copyOf(next);
    }

    private void kill(CellId cell, String reason, HostView view) {
        if (!cells.mayKill(cell, view.clock())) {
            return;
        }
        log.info("cell killed cell={} reason={}", cell, reason);
        if (Reconciler.isPresent(view, cell)) {
            machine.kill(cell);
        } else {
            machine.fence(cell);
        }
    }

    private void discard(CellId cell, String reason, HostView view) {
        if (!cells.mayRemove(cell, view.clock())) {
            return;
        }
        workers.onCell(() -> {
            var failure = attempt("remove", cell, () -> machine.discard(cell));
            loop.post(new Input.Removed(cell, failure));
        });
        log.info("cell removed cell={} reason={}", cell, reason);
    }

    private void release(CellId cell) {
        workers.onCell(() -> {
            if (attempt("release", cell, () -> machine.release(cell)).isEmpty()) {
                loop.post(new Input.Released(cell));
            }
        });
    }

    // Where it fails the restore makes the cell.
    private void prepare(CellId cell, JobSpec spec) {
        cells.begin(cell, Work.BRINGING_UP);
        workers.onCell(() -> {
            var began = ticker.now();
            if (attempt("prepare", cell, () -> machine.prepare(cell, spec)).isEmpty()) {
                log.info(
                        "cell prepared cell={} took={}ms",
                        cell,
                        ticker.now().minus(began).toMillis());
            }
            failpoints.reach(Failpoint.PREPARED);
            loop.post(new Input.Prepared(cell));
        });
    }

    private void bringUp(CellId cell, String how, Runnable work) {
        cells.begin(cell, Work.BRINGING_UP);
        workers.onCell(() -> {
            var began = ticker.now();
            var failure = attempt(how, cell, work);
            if (failure.isEmpty()) {
                log.info(
                        "process is up cell={} by={} took={}ms",
                        cell,
                        how,
                        ticker.now().minus(began).toMillis());
            }
            metrics.counter(
                            failure.isEmpty()
                                    ? "krg.host." + how + "s_total"
                                    : "krg.host." + how + "s_failed_total")
                    .inc();
            loop.post(new Input.BroughtUp(cell, failure));
        });
    }

    private void broughtUp(CellId cell, Optional<HostFailure> failure) {
        cells.finish(cell, Work.BRINGING_UP);
        if (failure.isEmpty()) {
            watch(cell);
            return;
        }
        var code = failure.get().code();
        var exit =
                switch (code) {
                    case NOT_EXECUTABLE, PROGRAM_NOT_FOUND -> code.exit();
                    case FAILED,
                            USAGE,
                            NOT_FOUND,
                            NOT_PERMITTED,
                            CONFLICT,
                            CANNOT_BE_PLACED,
                            TIMED_OUT,
                            NO_QUORUM,
                            NOT_CHECKPOINTABLE,
                            CORRUPT,
                            DISK,
                            REMOVED ->
                            Reconciler.KRG_FAILURE;
                };
        var view = view(store.image(), lease.get(), ticker.now());
        var fault = failure.get().fault();
        report(cell, Reconciler.notBroughtUp(view, cell, reason(failure.get()), exit, fault));
    }

    private void giveUp(CellId cell, Migration migration, HostFailure failure) {
        log.warn("move cannot go on migration={} reason={}", migration.id(), failure.getMessage());
        var view = view(store.image(), lease.get(), ticker.now());
        report(cell, Reconciler.cannotMove(view, migration, reason(failure)));
    }

    private static String reason(HostFailure failure) {
        return failure.remedy().isEmpty()
                ? failure.getMessage()
                : failure.getMessage() + "; " + failure.remedy();
    }

    private void watch(CellId cell) {
        var _ = machine.ended(cell).whenComplete((_, _) -> loop.post(new Input.Ended(cell)));
    }

    private void report(CellId cell, Command command) {
        cells.begin(cell, Work.REPORTING);
        var _ =
                proposals
                        .submit(command)
                        .whenComplete((reply, failure) -> {
                            log.info(
                                    "reported command={} reply={}",
                                    command,
                                    reply == null ? failure : reply);
                            loop.post(new Input.Reported(cell, Optional.ofNullable(reply)));
                        });
    }

    static Revision revision(Reply reply) {
        return switch (reply) {
            case Reply.Accepted(var revision, _) -> revision;
            case Reply.Transacted(var revision, _, _) -> revision;
            case Reply.Synchronised(var revision, _) -> revision;
            case Reply.Refused(var revision, _, _) -> revision;
        };
    }

    private static Optional<HostFailure> attempt(String what, CellId cell, Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (HostFailure failure) {
            log.warn(
                    "cannot {} cell={} reason={} remedy={}",
                    what,
                    cell,
                    failure.getMessage(),
                    failure.remedy());
            return Optional.of(failure);
        } catch (RuntimeException unexpected) {
            return Optional.of(unexpected(what, cell, unexpected));
        }
    }

    /// {@return the failure that stands for an exception nobody thought of, logged with its trace}
    static HostFailure unexpected(String what, CellId cell, RuntimeException cause) {
        log.error("cannot {}, for a reason krg does not know cell={}", what, cell, cause);
        return new HostFailure(
                HostFailure.Code.FAILED,
                "cannot %s cell %s: %s".formatted(what, cell, cause),
                "see the log of the node's agent",
                cause);
    }
}
