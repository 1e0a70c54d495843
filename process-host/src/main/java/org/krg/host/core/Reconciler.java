// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.host.core.ObservedCell.State.Alive;
import org.krg.host.core.ObservedCell.State.Over;
import org.krg.host.core.ObservedCell.State.Prepared;
import org.krg.host.core.ObservedCell.State.Unfinished;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.command.Command;
import org.krg.state.command.ProcessCommand;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StartFault;
import org.krg.state.model.Usage;

/// Closes the gap between what was agreed and what is seen; see the table of the package.
public final class Reconciler {
    /// Ended cells whose output is kept on a node for `logs`.
    public static final int REMAINS_KEPT = 100;

    /// Exit code of a process that krg could not start, for a reason of its own.
    public static final int KRG_FAILURE = 125;

    /// What has to be over before anything is concluded from a cell.
    private static final List<Work> SETTLING = List.of(Work.RELEASING, Work.REPORTING);

    private final HostView view;
    private final SortedMap<CellId, ObservedCell> cells = new TreeMap<>();

    private Reconciler(HostView view) {
        this.view = view;
        view.cells().forEach(cell -> cells.put(cell.id(), cell));
    }

    /// {@return what to do now: kills first, then what concerns agreed cells in the order of their
    /// processes, then remains} Planning again when all of it is done yields nothing new.
    public static List<Action> plan(HostView view) {
        return new Reconciler(view).plan();
    }

    /// {@return the cell of a process that is assigned to a node, if it is to this one}
    public static Optional<CellId> assigned(HostView view, HostedProcess process) {
        return process.phase().host().filter(view.self()::equals).map(_ -> cellOf(process));
    }

    /// {@return whether a cell is that of the present incarnation of a process of this node}
    public static boolean isPresent(HostView view, CellId cell) {
        return view.image()
                .processes()
                .find(new ProcessId(cell.process()))
                .flatMap(process -> assigned(view, process))
                .filter(cell::equals)
                .isPresent();
    }

    private List<Action> plan() {
        var actions = new ArrayList<Action>();
        var remains = new ArrayList<ObservedCell>();
        for (var cell : cells.values()) {
            if (!isBehind(cell.id()) && !isAssigned(cell.id())) {
                switch (cell.state()) {
                    case Over _ -> remains.add(cell);
                    case Alive _ -> actions.add(new Action.Kill(cell.id(), reason(cell.id())));
                    case Unfinished _, Prepared _ when cell.work() == Work.NONE ->
                            actions.add(new Action.Discard(cell.id(), reason(cell.id())));
                    case Unfinished _, Prepared _ ->
                            actions.add(new Action.Kill(cell.id(), reason(cell.id())));
                }
            }
        }
        if (view.standing()) {
            for (var process : view.image().processes().values()) {
                assigned(view, process).ifPresent(_ -> actions.addAll(forAssigned(process)));
            }
            for (var migration : Moves.expected(view)) {
                var seen = Optional.ofNullable(cells.get(Moves.target(migration)));
                Moves.arriving(view, migration, seen).ifPresent(actions::add);
            }
        }
        actions.addAll(surplus(remains));
        return actions;
    }

    /// The replica has not heard of this epoch or this process yet.
    private boolean isBehind(CellId cell) {
        return find(cell)
                .map(process -> process.lastEpoch().value() < cell.epoch())
                .orElse(cell.process() >= view.image().nextNumber());
    }

    private boolean isAssigned(CellId cell) {
        return isPresent(view, cell)
                || Moves.expecting(view, cell).isPresent()
                || Moves.isServed(view, cell);
    }

    private String reason(CellId cell) {
        return find(cell)
                .map(process ->
                        switch (Long.signum(process.epoch().value() - cell.epoch())) {
                            case 1 ->
                                    "epoch %d was followed by %s"
                                            .formatted(cell.epoch(), process.epoch());
                            case 0 -> "the process is no longer assigned to this node";
                            default -> "the move that it was to arrive by was given up";
                        })
                .orElse("there is no such process");
    }

    private List<Action> forAssigned(HostedProcess process) {
        var id = cellOf(process);
        var seen = Optional.ofNullable(cells.get(id));
        var settling = seen.map(ObservedCell::work).filter(SETTLING::contains);
        if (settling.isPresent()) {
            return List.of();
        }
        return switch (process.phase()) {
            case Phase.Starting(_, var origin, _) ->
                    seen.map(cell -> starting(process, cell))
                            .orElseGet(() ->
                                    isAlone(process)
                                            ? List.of(bringUp(process, origin))
                                            : List.of());
            case Phase.Running _ ->
                    seen.map(cell -> running(process, cell))
                            .orElseGet(() -> List.of(vanished(process, "its cell is gone")));
            case Phase.Waiting _, Phase.Ended _ -> List.of();
        };
    }

    /// Taken back where it ran, a process waits for its old incarnation to be over.
    private boolean isAlone(HostedProcess process) {
        return cells.values().stream()
                .filter(cell -> cell.id().process() == process.id().value())
                .allMatch(cell -> cell.state() instanceof Over);
    }

    private Action bringUp(HostedProcess process, Origin origin) {
        var spec = view.image().jobs().require(process.job()).spec();
        return switch (origin) {
            case Origin.Beginning _ -> new Action.Start(cellOf(process), spec);
            case Origin.Checkpoint(var number) -> {
                var generation = new GenerationId(process.id(), number);
                yield view.image().generations().find(generation).isPresent()
                        ? new Action.Restore(
                                cellOf(process),
                                spec,
                                generation,
                                process.frozen() ? Afterwards.STANDS : Afterwards.GOES_ON)
                        : startFailed(
                                process,
                                "checkpoint " + generation + " is gone",
                                KRG_FAILURE,
                                StartFault.CHECKPOINT);
            }
        };
    }

    private List<Action> starting(HostedProcess process, ObservedCell cell) {
        return switch (cell.state()) {
            case Unfinished _, Prepared _ when cell.work() == Work.NONE ->
                    List.of(new Action.Discard(cell.id(), "bringing it up was cut short"));
            case Unfinished _, Prepared _ -> List.of();
            case Alive _ when cell.work() == Work.NONE -> List.of(started(process));
            case Alive _ -> List.of();
            case Over(ProcessExit.NotStarted(var code, var why), _, _) ->
                    List.of(startFailed(process, why, code, StartFault.NODE));
            case Over(ProcessExit.Vanished(var why), _, _) ->
                    List.of(startFailed(process, why, KRG_FAILURE, StartFault.UNKNOWN));
            case Over(ProcessExit.Exited _, _, _), Over(ProcessExit.Signaled _, _, _) ->
                    List.of(started(process));
        };
    }

    private List<Action> running(HostedProcess process, ObservedCell cell) {
        return switch (cell.state()) {
            case Unfinished _, Prepared _ -> List.of(vanished(process, "its program is gone"));
            case Over(var exit, var usage, _) -> List.of(ended(process, exit, usage));
            case Alive(var frozen, var halted) -> {
                var actions = new ArrayList<Action>();
                if (Moves.holding(view, cell.id()).isEmpty()) {
                    if (cell.work() == Work.NONE) {
                        if (process.frozen() && !frozen) {
                            actions.add(new Action.Freeze(cell.id()));
                        } else if (!process.frozen() && halted) {
                            actions.add(new Action.Thaw(cell.id()));
                        }
                    }
                    // What stands still to be saved sees no signal, and its grace has not begun.
                    if (!frozen || process.frozen() || cell.work() != Work.CHECKPOINTING) {
                        stop(process, cell.id()).ifPresent(actions::add);
                    }
                }
                Moves.running(view, process, cell).ifPresent(actions::add);
                yield actions;
            }
        };
    }

    private Optional<Action> stop(HostedProcess process, CellId cell) {
        return view.image()
                .jobs()
                .require(process.job())
                .stop()
                .flatMap(order -> {
                    var delivery =
                            view.stops().stream()
                                    .filter(it -> it.cell().equals(cell))
                                    .filter(it -> it.order().equals(order))
                                    .findFirst();
                    if (delivery.isEmpty()) {
                        return Optional.of(new Action.Stop(cell, order));
                    }
                    var end = delivery.get().sent().plus(order.grace());
                    return view.clock().compareTo(end) < 0
                            ? Optional.empty()
                            : Optional.of(
                                    new Action.Kill(
                                            cell,
                                            "it did not end within %s s of signal %d"
                                                    .formatted(
                                                            order.grace().toSeconds(),
                                                            order.signal())));
                });
    }

    private Action started(HostedProcess process) {
        return report(
                process, new ReportStarted(process.id(), process.epoch(), view.self(), now()));
    }

    private Action startFailed(HostedProcess process, String reason, int code, StartFault fault) {
        return report(process, startFailed(view, cellOf(process), reason, code, fault));
    }

    /// {@return the report that this node could not bring up a cell}
    ///
    /// @param code 126 or 127 when its program cannot be executed
    /// @param fault whose fault it is where it was to be brought back from a checkpoint
    public static Command notBroughtUp(
            HostView view, CellId cell, String reason, int code, StartFault fault) {
        return Moves.expecting(view, cell)
                .<Command>map(migration -> Moves.abort(view, migration, reason))
                .orElseGet(() -> startFailed(view, cell, reason, code, fault));
    }

    /// {@return the report that a move of this node's incarnation cannot go on}
    public static Command cannotMove(HostView view, Migration migration, String reason) {
        return Moves.abort(view, migration, reason);
    }

    /// A program that cannot be executed from its beginning on one node cannot on any: it is the
    /// same everywhere. One that has run already can be somewhere.
    private static ReportStartFailed startFailed(
            HostView view, CellId cell, String reason, int code, StartFault fault) {
        var id = new ProcessId(cell.process());
        var hasRun =
                view.image()
                        .processes()
                        .find(id)
                        .filter(process -> isFromCheckpoint(process.phase()))
                        .isPresent();
        var permanent = code != KRG_FAILURE && !hasRun;
        return new ReportStartFailed(
                id,
                new Epoch(cell.epoch()),
                view.self(),
                reason,
                permanent,
                permanent ? code : KRG_FAILURE,
                view.now(),
                code == KRG_FAILURE ? fault : StartFault.NODE);
    }

    private static boolean isFromCheckpoint(Phase phase) {
        return phase instanceof Phase.Starting(_, Origin.Checkpoint _, _);
    }

    private Action vanished(HostedProcess process, String reason) {
        return report(
                process,
                new ReportVanished(process.id(), process.epoch(), view.self(), reason, now()));
    }

    private Action ended(HostedProcess process, ProcessExit exit, Usage usage) {
        return switch (exit) {
            case ProcessExit.Exited(var code) -> exited(process, new Outcome.Exited(code, usage));
            case ProcessExit.Signaled(var signal) ->
                    exited(process, new Outcome.Signaled(signal, usage));
            case ProcessExit.NotStarted(var code, var why) when code == KRG_FAILURE ->
                    vanished(process, why);
            case ProcessExit.NotStarted(var code, var why) ->
                    exited(process, new Outcome.NotStarted(code, why));
            case ProcessExit.Vanished(var why) -> vanished(process, why);
        };
    }

    private Action exited(HostedProcess process, Outcome outcome) {
        return report(
                process,
                new ReportExit(process.id(), process.epoch(), view.self(), outcome, now()));
    }

    private static Action report(HostedProcess process, ProcessCommand command) {
        return new Action.Report(cellOf(process), command);
    }

    private static List<Action> surplus(List<ObservedCell> remains) {
        var newestFirst =
                Comparator.comparing((ObservedCell cell) -> endedAt(cell))
                        .thenComparing(ObservedCell::id)
                        .reversed();
        return remains.stream()
                .sorted(newestFirst)
                .skip(REMAINS_KEPT)
                .<Action>map(cell -> new Action.Discard(cell.id(), "newer output is kept"))
                .toList();
    }

    private static Instant endedAt(ObservedCell cell) {
        return cell.state() instanceof Over(_, _, var at) ? at : Instant.MAX;
    }

    private Optional<HostedProcess> find(CellId cell) {
        return view.image().processes().find(new ProcessId(cell.process()));
    }

    private static CellId cellOf(HostedProcess process) {
        return new CellId(process.id().value(), process.epoch().value());
    }

    private Instant now() {
        return view.now();
    }
}
