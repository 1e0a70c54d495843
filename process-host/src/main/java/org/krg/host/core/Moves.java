// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.krg.host.core.ObservedCell.State.Alive;
import org.krg.host.core.ObservedCell.State.Over;
import org.krg.host.core.ObservedCell.State.Prepared;
import org.krg.host.core.ObservedCell.State.Unfinished;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.ReportPulled;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.Migration.Step;

/// What source and target of a migration do next; see the second table of the package.
final class Moves {
    private Moves() {}

    /// {@return the migration that keeps an incarnation of this node from running: the log alone
    /// may let it go on}
    static Optional<Migration> holding(HostView view, CellId cell) {
        return active(view)
                .filter(Migration::holdsSource)
                .filter(migration -> source(migration).equals(cell))
                .filter(migration -> migration.route().from().equals(view.self()))
                .findFirst();
    }

    /// {@return the migration by which an incarnation is to arrive in a cell of this node} Also
    /// when this replica has not heard yet that it may: the cell may be there already, and may even
    /// have been given the process.
    static Optional<Migration> expecting(HostView view, CellId cell) {
        return active(view)
                .filter(migration -> target(migration).equals(cell))
                .filter(migration -> migration.route().to().equals(view.self()))
                .findFirst();
    }

    /// {@return whether an incarnation of this node stands still for the memory that another node
    /// still lacks of it}
    static boolean isServed(HostView view, CellId cell) {
        return active(view)
                .filter(Migration::isServed)
                .anyMatch(migration ->
                        source(migration).equals(cell)
                                && migration.route().from().equals(view.self()));
    }

    /// {@return every migration by which something is to arrive here, oldest first}
    static List<Migration> expected(HostView view) {
        return active(view)
                .filter(Migration::isExpected)
                .filter(migration -> migration.route().to().equals(view.self()))
                .toList();
    }

    /// {@return the cell that an incarnation arrives in}
    static CellId target(Migration migration) {
        var route = migration.route();
        return new CellId(route.process().value(), route.next().value());
    }

    private static CellId source(Migration migration) {
        var route = migration.route();
        return new CellId(route.process().value(), route.epoch().value());
    }

    /// {@return what follows for a process that runs here, in `cell`}
    static Optional<Action> running(HostView view, HostedProcess process, ObservedCell cell) {
        if (cell.work() != Work.NONE || !(cell.state() instanceof Alive(_, var halted))) {
            return Optional.empty();
        }
        return view.image()
                .activeMigration(process.id())
                .flatMap(migration -> running(view, process, cell.id(), migration, halted));
    }

    private static Optional<Action> running(
            HostView view,
            HostedProcess process,
            CellId cell,
            Migration migration,
            boolean halted) {
        var spec = view.image().jobs().require(process.job()).spec();
        return switch (migration.step()) {
            // It is thawed first.
            case Step.Warming _ when halted || waits(view, process, migration) -> Optional.empty();
            case Step.Warming _ ->
                    ahead(view, migration)
                            .<Action>map(bytes ->
                                    new Action.Report(
                                            cell, new BeginLeaving(migration.id(), bytes)))
                            .or(() -> Optional.of(new Action.SendAhead(cell, spec, migration)));
            case Step.Leaving _ -> Optional.of(new Action.HandOver(cell, spec, migration));
            case Step.Resuming _ when !halted ->
                    Optional.of(
                            new Action.Report(
                                    cell,
                                    new ReportResumed(migration.id(), view.self(), view.now())));
            case Step.Pulling _ ->
                    done(view, migration)
                            .map(bytes ->
                                    new Action.Report(
                                            cell,
                                            new ReportPulled(
                                                    migration.id(),
                                                    view.self(),
                                                    bytes,
                                                    view.now())));
            case Step.Resuming _, Step.Arriving _, Step.Moved _, Step.Aborted _ -> Optional.empty();
        };
    }

    /// Ranks of a parallel job move one after the other, and not while all are being saved.
    private static boolean waits(HostView view, HostedProcess rank, Migration migration) {
        var image = view.image();
        var before =
                image.processesOf(rank.job()).stream()
                        .flatMap(other -> image.activeMigration(other.id()).stream())
                        .anyMatch(other -> other.id().compareTo(migration.id()) < 0);
        return before || image.jobs().require(rank.job()).activeCut().isPresent();
    }

    /// {@return how much was sent ahead, once that is done or is not to be}
    private static Optional<Long> ahead(HostView view, Migration migration) {
        if (migration.mode() == Mode.STOP_COPY) {
            return Optional.of(0L);
        }
        return done(view, migration);
    }

    private static Optional<Long> done(HostView view, Migration migration) {
        return view.sentAhead().stream()
                .filter(sent -> sent.migration().equals(migration.id()))
                .map(SentAhead::bytes)
                .findFirst();
    }

    /// {@return what follows for an incarnation that is to arrive here} Whatever is there already
    /// while it is saved stays: what cannot be used is discarded when it arrives.
    static Optional<Action> arriving(
            HostView view, Migration migration, Optional<ObservedCell> seen) {
        return switch (migration.step()) {
            case Step.Leaving _ when seen.isEmpty() ->
                    Optional.of(new Action.Prepare(target(migration), spec(view, migration)));
            case Step.Arriving(var number, _) ->
                    seen.isEmpty()
                            ? Optional.of(restore(view, migration, number))
                            : arriving(view, migration, number, seen.get());
            case Step.Warming _,
                    Step.Leaving _,
                    Step.Resuming _,
                    Step.Pulling _,
                    Step.Moved _,
                    Step.Aborted _ ->
                    Optional.empty();
        };
    }

    private static JobSpec spec(HostView view, Migration migration) {
        var process = view.image().processes().require(migration.route().process());
        return view.image().jobs().require(process.job()).spec();
    }

    private static Action restore(HostView view, Migration migration, long number) {
        var id = target(migration);
        var generation = new GenerationId(migration.route().process(), number);
        if (view.image().generations().find(generation).isEmpty()) {
            var gone = "checkpoint " + generation + " is gone";
            return new Action.Report(id, abort(view, migration, gone));
        }
        var spec = spec(view, migration);
        return migration.mode() == Mode.POST_COPY
                ? new Action.RestoreFollowed(id, spec, generation, migration)
                : new Action.Restore(id, spec, generation, Afterwards.ARRIVES);
    }

    private static Optional<Action> arriving(
            HostView view, Migration migration, long number, ObservedCell cell) {
        if (cell.work() != Work.NONE) {
            return Optional.empty();
        }
        var id = cell.id();
        return Optional.of(
                switch (cell.state()) {
                    case Prepared _ -> restore(view, migration, number);
                    case Unfinished _ -> new Action.Discard(id, "bringing it back was cut short");
                    case Alive(var frozen, _) when frozen ->
                            new Action.Report(
                                    id, new CommitMove(migration.id(), view.self(), view.now()));
                    case Alive _ -> new Action.Kill(id, "it runs before it belongs to this node");
                    case Over _ -> new Action.Report(id, abort(view, migration, "it ended"));
                });
    }

    /// {@return that a migration is given up because of this node}
    static AbortMigration abort(HostView view, Migration migration, String reason) {
        return new AbortMigration(migration.id(), "on " + view.self() + ": " + reason, view.now());
    }

    private static Stream<Migration> active(HostView view) {
        return view.image().migrations().values().stream().filter(Migration::isActive);
    }
}
