// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.krg.state.command.MigrationCommand;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportPulled;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.MigrationEvent.Kind;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;

/// Decides about migrations. What else changes a process or a node ends those that it makes
/// pointless: [MigrationEnds]. What is different about ranks of a parallel job: [RankMoves].
final class MigrationRules {
    /// Under way at once: each is looked at whenever something changes.
    static final int MAX_ACTIVE = 1_000;

    /// Those that are over and can still be looked at.
    static final int MAX_OVER = 200;

    /// Characters of a reason that are kept: a sentence.
    static final int MAX_WHY = 300;

    /// A longer one has been forgotten by who asked for it.
    static final Duration MAX_LIMIT = Duration.ofDays(1);

    private MigrationRules() {}

    static Decision decide(ClusterImage image, MigrationCommand command) {
        return switch (command) {
            case StartMigration start -> start(image, start);
            case BeginLeaving(var id, var warmBytes) ->
                    find(image, id)
                            .map(migration -> leave(migration, warmBytes))
                            .orElseGet(() -> unknown(id));
            case HandOver over ->
                    find(image, over.migration())
                            .map(migration -> handOver(image, migration, over))
                            .orElseGet(() -> unknown(over.migration()));
            case CommitMove(var id, var node, var at) ->
                    find(image, id)
                            .map(migration -> commit(image, migration, node, at))
                            .orElseGet(() -> unknown(id));
            case ReportResumed(var id, var node, var at) ->
                    find(image, id)
                            .map(migration -> resumed(migration, node, at))
                            .orElseGet(() -> unknown(id));
            case ReportPulled(var id, var node, var bytes, var at) ->
                    find(image, id)
                            .map(migration -> pulled(migration, node, bytes, at))
                            .orElseGet(() -> unknown(id));
            case AbortMigration(var id, var reason, var at) ->
                    find(image, id)
                            .map(migration -> abort(migration, reason, at))
                            .orElseGet(() -> unknown(id));
        };
    }

    private static Decision start(ClusterImage image, StartMigration start) {
        var found = image.processes().find(start.process());
        if (found.isEmpty()) {
            return Decision.refuse(
                    Refusal.NOT_FOUND,
                    "there is no process "
                            + start.process()
                            + "; `krg-admin ps` shows those there are");
        }
        var process = found.get();
        if (!(process.phase() instanceof Phase.Running running)
                || !process.epoch().equals(start.expected())) {
            return ProcessRules.conflict(image, process, start.expected());
        }
        var problem = problem(image, process, running, start);
        if (problem.isPresent()) {
            return problem.get();
        }
        var draft = new Draft(image);
        forgetOldest(draft);
        var id = new MigrationId(image.nextNumber());
        var migration =
                new Migration(
                        id,
                        new Migration.Route(
                                process.id(),
                                running.node(),
                                start.to(),
                                process.epoch(),
                                process.nextEpoch()),
                        start.mode(),
                        start.limit(),
                        start.at(),
                        Text.bounded(start.why(), MAX_WHY),
                        Migration.Sent.NOTHING,
                        new Step.Warming());
        draft.add(
                new MigrationEvent(
                        Kind.STARTED,
                        migration,
                        "%s from %s to %s%s"
                                .formatted(
                                        Text.of(image, process),
                                        running.node(),
                                        start.to(),
                                        migration.why().isEmpty() ? "" : ": " + migration.why())));
        return draft.accept(id.value());
    }

    private static Optional<Decision> problem(
            ClusterImage image,
            HostedProcess process,
            Phase.Running running,
            StartMigration start) {
        if (start.limit().compareTo(Duration.ZERO) <= 0 || start.limit().compareTo(MAX_LIMIT) > 0) {
            return refusal(
                    Refusal.INVALID,
                    "a migration takes more than no time and at most one day, not "
                            + start.limit());
        }
        if (process.frozen()) {
            return refusal(
                    Refusal.CONFLICT,
                    Text.of(image, process)
                            + " stands still because somebody froze it, and only what runs moves;"
                            + " `krg-admin checkpoint unfreeze` first");
        }
        if (start.mode() == Mode.POST_COPY && !canFollow(image, process)) {
            return refusal(
                    Refusal.CONFLICT,
                    "memory follows only a single process of the engine criu, which "
                            + Text.of(image, process)
                            + " is not; use another mode");
        }
        if (running.node().equals(start.to())) {
            return refusal(
                    Refusal.CONFLICT,
                    "%s runs on %s already; name another node, or auto"
                            .formatted(Text.of(image, process), start.to()));
        }
        if (image.nodes().find(start.to()).isEmpty()) {
            return refusal(
                    Refusal.NOT_FOUND,
                    "there is no node "
                            + start.to()
                            + "; `krg-admin node list` shows those there are");
        }
        if (!isReady(image, start.to())) {
            return refusal(
                    Refusal.CONFLICT, "node " + start.to() + " is not ready; choose another one");
        }
        if (image.nodes().require(start.to()).cordoned()) {
            return refusal(
                    Refusal.CONFLICT,
                    "node " + start.to() + " is cordoned and gets nothing new; choose another one");
        }
        var other = image.activeMigration(process.id());
        if (other.isPresent()) {
            return refusal(
                    Refusal.CONFLICT,
                    "%s is being moved to %s by operation %s; wait for it or cancel it"
                            .formatted(
                                    Text.of(image, process),
                                    other.get().route().to(),
                                    other.get().id()));
        }
        return countActive(image) < MAX_ACTIVE
                ? Optional.empty()
                : refusal(
                        Refusal.LIMIT,
                        MAX_ACTIVE + " migrations are under way; wait until some are over");
    }

    private static boolean canFollow(ClusterImage image, HostedProcess process) {
        var spec = image.jobs().require(process.job()).spec();
        return spec.checkpoint().engine() == Engine.CRIU && !spec.isParallel();
    }

    private static Decision leave(Migration migration, long warmBytes) {
        return switch (migration.step()) {
            case Step.Warming _ ->
                    accept(
                            Kind.LEAVING,
                            migration
                                    .withSent(new Migration.Sent(warmBytes, 0))
                                    .at(new Step.Leaving()),
                            warmBytes + " bytes are there already");
            case Step.Leaving _ -> Decision.accept();
            case Step.Arriving _, Step.Resuming _, Step.Pulling _, Step.Moved _, Step.Aborted _ ->
                    late(migration);
        };
    }

    private static Decision handOver(ClusterImage image, Migration migration, HandOver over) {
        if (!(migration.step() instanceof Step.Leaving)) {
            return late(migration);
        }
        var route = migration.route();
        var generation = over.generation();
        var process = image.processes().require(route.process());
        if (!generation.id().process().equals(route.process())
                || !generation.epoch().equals(route.epoch())) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "checkpoint %s of epoch %s is not of what moves: process %s, epoch %s"
                            .formatted(
                                    generation.id(),
                                    generation.epoch(),
                                    route.process(),
                                    route.epoch()));
        }
        var problem =
                GenerationRules.newcomerProblem(image, process, generation)
                        .or(() -> RankMoves.problem(image, process, generation));
        if (problem.isPresent()) {
            return problem.get();
        }
        if (!generation.copies().contains(route.from())
                || !generation.copies().contains(route.to())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "what is handed over has whole copies on %s and %s, not on %s"
                            .formatted(route.from(), route.to(), generation.copies()));
        }
        var next = new Step.Arriving(generation.id().number(), over.stopped());
        var sent = new Migration.Sent(migration.sent().warm(), over.lastBytes());
        return Decision.accept(
                new GenerationEvent.Committed(generation, "handed over by its migration"),
                new MigrationEvent(
                        Kind.HANDED_OVER,
                        migration.withSent(sent).at(next),
                        "as checkpoint " + generation.id()));
    }

    private static Decision commit(
            ClusterImage image, Migration migration, NodeId node, Instant at) {
        if (!migration.route().to().equals(node)) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "operation %s leads to %s, not to %s"
                            .formatted(migration.id(), migration.route().to(), node));
        }
        return switch (migration.step()) {
            case Step.Arriving(var generation, var stopped) -> {
                var route = migration.route();
                var process = image.processes().require(route.process());
                var running = new Phase.Running(node, new Origin.Checkpoint(generation), at);
                yield Decision.accept(
                        new ProcessEvent(
                                ProcessEvent.Kind.MOVED,
                                process.moved(running, route.next()),
                                "from " + route.from() + " to " + node),
                        new MigrationEvent(
                                Kind.COMMITTED,
                                migration.at(new Step.Resuming(generation, stopped)),
                                "it belongs to " + node));
            }
            case Step.Resuming _, Step.Pulling _, Step.Moved _ -> Decision.accept();
            case Step.Warming _, Step.Leaving _, Step.Aborted _ -> late(migration);
        };
    }

    private static Decision resumed(Migration migration, NodeId node, Instant at) {
        if (!migration.route().to().equals(node)) {
            return late(migration);
        }
        return switch (migration.step()) {
            case Step.Resuming(var generation, var stopped) -> {
                var between = Duration.between(stopped, at);
                var downtime = between.isNegative() ? Duration.ZERO : between;
                var told = "it stood still for %d ms".formatted(downtime.toMillis());
                yield migration.mode() == Mode.POST_COPY
                        ? accept(
                                Kind.PULLING,
                                migration.at(new Step.Pulling(generation, downtime)),
                                told + ", its memory follows")
                        : accept(
                                Kind.MOVED,
                                migration.at(new Step.Moved(generation, downtime, at)),
                                told);
            }
            case Step.Pulling _, Step.Moved _ -> Decision.accept();
            case Step.Warming _, Step.Leaving _, Step.Arriving _, Step.Aborted _ -> late(migration);
        };
    }

    private static Decision pulled(Migration migration, NodeId node, long bytes, Instant at) {
        if (!migration.route().to().equals(node)) {
            return late(migration);
        }
        return switch (migration.step()) {
            case Step.Pulling(var generation, var downtime) -> {
                var sent = migration.sent();
                yield accept(
                        Kind.MOVED,
                        migration
                                .withSent(new Migration.Sent(sent.warm() + bytes, sent.last()))
                                .at(new Step.Moved(generation, downtime, at)),
                        "all of its memory is there, %d bytes".formatted(bytes));
            }
            case Step.Moved _ -> Decision.accept();
            case Step.Warming _, Step.Leaving _, Step.Arriving _, Step.Resuming _, Step.Aborted _ ->
                    late(migration);
        };
    }

    private static Decision abort(Migration migration, String reason, Instant at) {
        return switch (migration.step()) {
            case Step.Warming _, Step.Leaving _, Step.Arriving _ -> {
                var why = Text.bounded(reason);
                yield accept(Kind.ABORTED, migration.at(new Step.Aborted(why, at)), why);
            }
            case Step.Aborted _ -> Decision.accept();
            case Step.Resuming _, Step.Pulling _, Step.Moved _ -> late(migration);
        };
    }

    /// Makes room for one more.
    private static void forgetOldest(Draft draft) {
        var over =
                draft.image().migrations().values().stream()
                        .filter(migration -> !migration.isActive())
                        .toList();
        var surplus = Math.max(0, over.size() - MAX_OVER + 1);
        over.subList(0, surplus)
                .forEach(migration ->
                        draft.add(
                                new MigrationEvent(
                                        Kind.FORGOTTEN, migration, "it was over long ago")));
    }

    private static long countActive(ClusterImage image) {
        return image.migrations().values().stream().filter(Migration::isActive).count();
    }

    private static Optional<Migration> find(ClusterImage image, MigrationId id) {
        return image.migrations().find(id);
    }

    private static Decision accept(Kind kind, Migration migration, String detail) {
        return Decision.accept(new MigrationEvent(kind, migration, detail));
    }

    private static Optional<Decision> refusal(Refusal refusal, String detail) {
        return Optional.of(Decision.refuse(refusal, detail));
    }

    private static Decision late(Migration migration) {
        var where =
                switch (migration.step()) {
                    case Step.Warming _ -> "still sends memory ahead";
                    case Step.Leaving _ -> "is still leaving its source";
                    case Step.Arriving _ -> "is arriving at its target";
                    case Step.Resuming _ -> "has moved already";
                    case Step.Pulling _ -> "has moved already, and its memory follows";
                    case Step.Moved _ -> "is over: it has moved";
                    case Step.Aborted(var reason, _) -> "is over: it was given up, " + reason;
                };
        return Decision.refuse(
                Refusal.CONFLICT, "operation " + migration.id() + " " + where + "; look again");
    }

    private static Decision unknown(MigrationId id) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no operation " + id + "; `krg-admin op list` shows those there are");
    }

    private static boolean isReady(ClusterImage image, NodeId node) {
        return image.nodes()
                .find(node)
                .map(Node::state)
                .filter(Node.State.READY::equals)
                .isPresent();
    }
}
