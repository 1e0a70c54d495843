// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;

/// A migration, as an operation.
public final class MigrationView {
    private MigrationView() {}

    /// {@return one migration}
    public static ObjectNode of(ClusterImage image, Migration migration) {
        var route = migration.route();
        var view =
                Json.object()
                        .put("id", migration.id().value())
                        .put("kind", "migration")
                        .put("process", route.process().value());
        image.processes()
                .find(route.process())
                .ifPresent(process ->
                        image.jobs()
                                .find(process.job())
                                .ifPresent(job ->
                                        view.put("target", job.name() + "/" + process.rank())));
        view.put("from", route.from().name())
                .put("to", route.to().name())
                .put("epoch", route.epoch().value())
                .put("nextEpoch", route.next().value())
                .put("mode", Json.word(migration.mode()))
                .put("limitSeconds", Json.seconds(migration.limit()))
                .put("started", migration.started().toString())
                .put("warmBytes", migration.sent().warm())
                .put("lastBytes", migration.sent().last())
                .put("active", migration.isActive());
        if (!migration.why().isEmpty()) {
            view.put("why", migration.why());
        }
        step(view, migration);
        return view;
    }

    private static void step(ObjectNode view, Migration migration) {
        switch (migration.step()) {
            case Step.Warming _ -> view.put("step", "warming");
            case Step.Leaving _ -> view.put("step", "leaving");
            case Step.Arriving(var generation, _) ->
                    view.put("step", "arriving").put("generation", generation);
            case Step.Resuming(var generation, _) ->
                    view.put("step", "resuming").put("generation", generation);
            case Step.Pulling(var generation, var downtime) ->
                    view.put("step", "pulling")
                            .put("generation", generation)
                            .put("downtimeSeconds", Json.seconds(downtime));
            case Step.Moved(var generation, var downtime, var at) ->
                    over(view, migration, at)
                            .put("step", "moved")
                            .put("generation", generation)
                            .put("downtimeSeconds", Json.seconds(downtime));
            case Step.Aborted(var reason, var at) ->
                    over(view, migration, at).put("step", "aborted").put("reason", reason);
        }
    }

    private static ObjectNode over(ObjectNode view, Migration migration, Instant at) {
        var took = Duration.between(migration.started(), at);
        return view.put("ended", at.toString())
                .put("tookSeconds", Json.seconds(took.isNegative() ? Duration.ZERO : took));
    }
}
