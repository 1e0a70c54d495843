// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.event.Event;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;

/// What is different about moves of the ranks of a parallel job. A rank moves while the others go
/// on, so what is saved of it for the move is of another moment than anything of theirs, and no
/// rank ever goes back to it: its number is none that another rank has, and it is dropped with the
/// end of the move.
final class RankMoves {
    private RankMoves() {}

    /// {@return what a rank sent ahead, as its newest generation} No quota counts what goes with
    /// the move.
    static Decision sentAhead(
            ClusterImage image, HostedProcess rank, Generation generation, int wanted) {
        if (image.activeMigration(rank.id()).filter(RankMoves::sendsAhead).isEmpty()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    Text.of(image, rank)
                            + " is one of several ranks, which are saved together or not at all");
        }
        return problem(image, rank, generation)
                .or(() -> GenerationRules.problem(image, rank, generation, wanted))
                .orElseGet(() ->
                        new Decision.Accept(
                                List.of(
                                        new GenerationEvent.Committed(
                                                generation, "sent ahead by its migration")),
                                generation.id().number()));
    }

    private static boolean sendsAhead(Migration migration) {
        return migration.step() instanceof Step.Warming;
    }

    /// {@return why a generation that a rank moves by cannot be told from those of a cut; none for
    /// a process of no parallel job}
    static Optional<Decision> problem(
            ClusterImage image, HostedProcess rank, Generation generation) {
        var job = image.jobs().require(rank.job());
        if (!job.spec().isParallel()) {
            return Optional.empty();
        }
        if (job.activeCut().isPresent()) {
            return Optional.of(
                    Decision.refuse(
                            Refusal.CONFLICT,
                            "checkpoint %d of %s is being taken, and ranks that move wait for it"
                                    .formatted(job.activeCut().get().number(), Text.of(job))));
        }
        var last = image.lastNumber(job.id());
        return generation.id().number() > last
                ? Optional.empty()
                : Optional.of(
                        Decision.refuse(
                                Refusal.CONFLICT,
                                ("checkpoint %s is not newer than %d, the last one of any rank of its job;"
                                                + " take it again with a larger number")
                                        .formatted(generation.id(), last)));
    }

    /// {@return whether a rank is under way with a generation that the others have not}
    static boolean isMovedBy(ClusterImage image, HostedProcess rank, long number) {
        return image.activeMigration(rank.id()).isPresent() && !image.isOfAllRanks(rank, number);
    }

    /// {@return the decision without what ranks were moved by, where their moves end with it}
    static Decision with(ClusterImage image, Decision decision) {
        if (!(decision instanceof Decision.Accept(var events, var created))
                || events.stream().noneMatch(RankMoves::ends)) {
            return decision;
        }
        var draft = new Draft(image);
        events.forEach(draft::add);
        for (var event : events) {
            if (event instanceof MigrationEvent(_, var migration, _) && ends(event)) {
                draft.image()
                        .processes()
                        .find(migration.route().process())
                        .ifPresent(rank -> dropLone(draft, rank));
            }
        }
        return draft.accept(created);
    }

    private static boolean ends(Event event) {
        return event instanceof MigrationEvent(var kind, _, _)
                && switch (kind) {
                    case MOVED, ABORTED -> true;
                    case STARTED, LEAVING, HANDED_OVER, COMMITTED, PULLING, FORGOTTEN -> false;
                };
    }

    private static void dropLone(Draft draft, HostedProcess rank) {
        for (var generation : draft.image().generationsOf(rank.id())) {
            if (!draft.image().isOfAllRanks(rank, generation.id().number())) {
                draft.add(
                        new GenerationEvent.Dropped(
                                generation.id(), "it was for the move of one rank"));
            }
        }
    }
}
