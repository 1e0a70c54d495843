// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.MigrationView;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;

/// What is under way by itself: moves of processes.
final class OperationResource {
    private static final long USUAL_WAIT_SECONDS = 60;
    private static final long MOST_WAIT_SECONDS = 300;

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;

    OperationResource(NodeId self, ApiParts parts, Replica replica, Changes changes, Peers peers) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(
                image,
                "operations",
                image.migrations().values().stream()
                        .map(migration -> MigrationView.of(image, migration))
                        .toList());
    }

    /// One operation, with how far its source is, or its target while memory follows.
    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        var migration = Targets.operation(image, call.path("operation"));
        var view = MigrationView.of(image, migration);
        progress(call, image, migration)
                .ifPresent(progress -> {
                    view.set("sentBytes", progress.path("sentBytes"));
                    view.set("wholeBytes", progress.path("wholeBytes"));
                });
        return Call.one(image, view);
    }

    /// How far the part of a move is that this node does, for another agent.
    HttpResponse progress(Call call) {
        var image = replica.image();
        var id = Targets.operation(image, call.path("operation")).id();
        return Call.one(image, here(id).orElseGet(Json::object));
    }

    /// The operation once it is over, or as it is when the time is or the client went away.
    HttpResponse await(Call call) {
        var limit =
                Duration.ofSeconds(
                        call.number("timeoutSeconds", USUAL_WAIT_SECONDS, MOST_WAIT_SECONDS));
        var id = Targets.operation(replica.read(call.isStale()), call.path("operation")).id();
        var over = replica.await(now -> isOver(now, id) || call.context().isCancelled(), limit);
        var image = over.orElseGet(replica::image);
        return Call.one(image, MigrationView.of(image, Targets.operation(image, id.toString())));
    }

    HttpResponse cancel(Call call) {
        var migration = Targets.operation(replica.read(false), call.path("operation"));
        var reason = "cancelled by " + call.caller().identity().name();
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new AbortMigration(migration.id(), reason, parts.wall().instant()));
        var image = replica.atLeast(done.revision());
        return Call.one(
                image,
                MigrationView.of(image, Targets.operation(image, migration.id().toString())));
    }

    /// It is not worth failing for when who does the work is out of reach.
    private Optional<? extends JsonNode> progress(
            Call call, ClusterImage image, Migration migration) {
        var route = migration.route();
        var from = migration.step() instanceof Migration.Step.Pulling ? route.to() : route.from();
        if (!migration.isActive()) {
            return Optional.empty();
        }
        if (from.equals(self)) {
            return here(migration.id());
        }
        try {
            var path = "/v1/operations/" + migration.id() + "/progress";
            var told = peers.ask(Targets.node(image, from.name()), call.caller(), path);
            return told.has("sentBytes") ? Optional.of(told) : Optional.empty();
        } catch (HostFailure silent) {
            return Optional.empty();
        }
    }

    private Optional<ObjectNode> here(MigrationId id) {
        return parts.local()
                .progress(id)
                .map(progress ->
                        Json.object()
                                .put("sentBytes", progress.sentBytes())
                                .put("wholeBytes", progress.wholeBytes()));
    }

    private static boolean isOver(ClusterImage image, MigrationId id) {
        return image.migrations().find(id).filter(Migration::isActive).isEmpty();
    }
}
