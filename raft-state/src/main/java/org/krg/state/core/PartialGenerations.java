// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Migration;

/// What is different about the generation by which a process moves whose memory follows: it is of
/// no use to anybody but that move, and goes with its end.
final class PartialGenerations {
    private PartialGenerations() {}

    /// {@return why nothing can be done with a generation, if it is one of these}
    static Optional<Decision> problem(ClusterImage image, GenerationId id) {
        return image.isPartial(id)
                ? Optional.of(
                        Decision.refuse(
                                Refusal.CONFLICT,
                                "checkpoint %s is without memory, which follows its move; use an older"
                                                .formatted(id)
                                        + " one, or wait for the end of the move"))
                : Optional.empty();
    }

    /// {@return the decision without those whose moves end with it}
    static Decision with(ClusterImage image, Decision decision) {
        if (!(decision instanceof Decision.Accept(var events, var created))) {
            return decision;
        }
        var ended =
                events.stream()
                        .filter(MigrationEvent.class::isInstance)
                        .map(MigrationEvent.class::cast)
                        .map(MigrationEvent::migration)
                        .filter(migration -> !migration.isActive())
                        .flatMap(migration -> image.migrations().find(migration.id()).stream())
                        .filter(migration -> migration.partial().isPresent())
                        .toList();
        if (ended.isEmpty()) {
            return decision;
        }
        var draft = new Draft(image);
        events.forEach(draft::add);
        for (var migration : ended) {
            var id = partial(migration);
            if (draft.image().generations().find(id).isPresent()) {
                draft.add(new GenerationEvent.Dropped(id, "it was without memory, for a move"));
            }
        }
        return draft.accept(created);
    }

    private static GenerationId partial(Migration migration) {
        return new GenerationId(migration.route().process(), migration.partial().orElseThrow());
    }
}
