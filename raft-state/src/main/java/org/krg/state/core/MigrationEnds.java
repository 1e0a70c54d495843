// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.event.Event;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Mode;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;

/// Ends the migrations that another decision makes pointless, in that decision: one is under way
/// only while its process runs where it is supposed to, in that epoch, and its target is ready.
final class MigrationEnds {
    private MigrationEnds() {}

    /// {@return the decision with the ends that follow from it}
    static Decision with(ClusterImage image, Decision decision) {
        if (!(decision instanceof Decision.Accept(var events, var created))
                || events.stream().noneMatch(MigrationEnds::concerns)) {
            return decision;
        }
        var draft = new Draft(image);
        events.forEach(draft::add);
        for (var migration : draft.image().migrations().values()) {
            if (migration.isActive()) {
                end(draft.image(), migration, events).ifPresent(draft::add);
            }
        }
        return draft.accept(created);
    }

    private static boolean concerns(Event event) {
        return event instanceof ProcessEvent || event instanceof NodeEvent;
    }

    private static Optional<MigrationEvent> end(
            ClusterImage image, Migration migration, List<Event> events) {
        var at = at(events);
        var route = migration.route();
        return switch (migration.step()) {
            case Step.Warming _, Step.Leaving _, Step.Arriving _ -> {
                if (!runs(image, migration, route.from(), route.epoch())) {
                    yield Optional.of(aborted(migration, "its process is not running there", at));
                }
                yield isReady(image, route.to())
                        ? Optional.empty()
                        : Optional.of(
                                aborted(migration, "node " + route.to() + " is not ready", at));
            }
            case Step.Resuming(var generation, _) ->
                    arrived(
                            image,
                            migration,
                            new Step.Moved(generation, Duration.ZERO, at),
                            events);
            case Step.Pulling(var generation, var downtime) ->
                    arrived(image, migration, new Step.Moved(generation, downtime, at), events);
            case Step.Moved _, Step.Aborted _ -> Optional.empty();
        };
    }

    /// A program that was lost before its memory was there is nowhere: it did not move.
    private static Optional<MigrationEvent> arrived(
            ClusterImage image, Migration migration, Step.Moved moved, List<Event> events) {
        var route = migration.route();
        if (runs(image, migration, route.to(), route.next())) {
            return Optional.empty();
        }
        if (migration.mode() == Mode.POST_COPY && !endedByItself(migration, events)) {
            return Optional.of(
                    aborted(
                            migration,
                            "it was lost on %s before all of its memory was there%s"
                                    .formatted(route.to(), afterwards(image, migration)),
                            moved.at()));
        }
        return Optional.of(
                new MigrationEvent(
                        MigrationEvent.Kind.MOVED, migration.at(moved), "and did not stay there"));
    }

    private static boolean endedByItself(Migration migration, List<Event> events) {
        return events.stream()
                .anyMatch(event ->
                        event instanceof ProcessEvent(var kind, var process, _)
                                && process.id().equals(migration.route().process())
                                && (kind == ProcessEvent.Kind.RESTARTING || isOver(process)));
    }

    private static boolean isOver(HostedProcess process) {
        return process.phase() instanceof Phase.Ended(var outcome, _, _)
                && !(outcome instanceof Outcome.LostForGood);
    }

    private static String afterwards(ClusterImage image, Migration migration) {
        return image.processes()
                .find(migration.route().process())
                .map(process ->
                        process.phase() instanceof Phase.Waiting(var origin, _, _, _)
                                ? "; it goes on " + Recovery.text(origin)
                                : "")
                .orElse("");
    }

    private static MigrationEvent aborted(Migration migration, String reason, Instant at) {
        return new MigrationEvent(
                MigrationEvent.Kind.ABORTED, migration.at(new Step.Aborted(reason, at)), reason);
    }

    private static boolean runs(ClusterImage image, Migration migration, NodeId node, Epoch epoch) {
        return image.processes()
                .find(migration.route().process())
                .filter(process -> process.epoch().equals(epoch))
                .map(HostedProcess::phase)
                .filter(Phase.Running.class::isInstance)
                .flatMap(Phase::host)
                .filter(node::equals)
                .isPresent();
    }

    private static boolean isReady(ClusterImage image, NodeId node) {
        return image.nodes()
                .find(node)
                .map(Node::state)
                .filter(Node.State.READY::equals)
                .isPresent();
    }

    /// {@return when it happens: the youngest time in the events, which carry all there is}
    private static Instant at(List<Event> events) {
        return events.stream().map(MigrationEnds::at).max(Instant::compareTo).orElse(Instant.EPOCH);
    }

    private static Instant at(Event event) {
        return switch (event) {
            case NodeEvent(_, var node, _) -> node.since();
            case ProcessEvent(_, var process, _) -> at(process.phase());
            default -> Instant.EPOCH;
        };
    }

    private static Instant at(Phase phase) {
        return switch (phase) {
            case Phase.Waiting waiting -> waiting.notBefore();
            case Phase.Starting(_, _, var since) -> since;
            case Phase.Running(_, _, var since) -> since;
            case Phase.Ended(_, _, var at) -> at;
        };
    }
}
