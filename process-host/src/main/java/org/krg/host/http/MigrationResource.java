// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.List;
import java.util.function.Function;
import org.krg.host.HostFailure;
import org.krg.host.http.MoveSurvey.Finding;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.MigrationBody;
import org.krg.host.http.body.NeedsBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.MigrationView;
import org.krg.host.model.Obstacle;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.core.Authority;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;

/// Moves of processes, and what keeps them from moving. The node that hosts a process answers.
final class MigrationResource {
    /// Below it, sending ahead takes longer than it saves: the program stands still for a dump
    /// twice.
    private static final long WARM_FROM_BYTES = 16 << 20;

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;
    private final MoveSurvey survey;

    MigrationResource(NodeId self, ApiParts parts, Replica replica, Changes changes, Peers peers) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
        this.survey = new MoveSurvey(self, parts, peers);
    }

    /// Begins a move, unless anything is in its way.
    HttpResponse start(Call call) {
        return atHost(call, image -> start(call, image));
    }

    private HttpResponse start(Call call, ClusterImage image) {
        var body = call.body(MigrationBody.class);
        var how = body.how();
        var process = Targets.process(image, call.path("target"));
        var target = body.target();
        if (target.filter(self::equals).isPresent()) {
            if (body.isDryRun()) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        name(image, process) + " runs on " + self + " already",
                        "name another node, or auto");
            }
            // It may be the same request again, after the move; the log knows, or refuses it.
            return begin(call, process, self, mode(how, 0), body);
        }
        var finding =
                target.isPresent()
                        ? survey.to(image, call.caller(), process, target.get())
                        : survey.best(image, call.caller(), process);
        finding.requireNone(name(image, process));
        requireCanFollow(image, process, how, finding);
        var to = finding.to().orElseThrow();
        var mode = mode(how, finding.footprint().residentBytes());
        if (body.isDryRun()) {
            return Call.one(
                    image,
                    view(image, process, finding)
                            .put("to", to.name())
                            .put("mode", Json.word(mode))
                            .put("dryRun", true));
        }
        return begin(call, process, to, mode, body);
    }

    private HttpResponse begin(
            Call call, HostedProcess process, NodeId to, Migration.Mode mode, MigrationBody body) {
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new StartMigration(
                                process.id(),
                                process.epoch(),
                                to,
                                mode,
                                body.limit(),
                                parts.wall().instant(),
                                body.why(name(call.caller()))));
        var now = replica.atLeast(done.revision());
        var migration = now.migrations().require(new MigrationId(done.created()));
        return Call.one(HttpStatus.CREATED, now, MigrationView.of(now, migration));
    }

    private static String name(Caller caller) {
        return caller.principal().equals(Authority.AGENT) ? "" : caller.identity().name();
    }

    /// What keeps a process from being saved, or from going to a node.
    HttpResponse check(Call call) {
        return atHost(call, image -> check(call, image));
    }

    private HttpResponse check(Call call, ClusterImage image) {
        var process = Targets.process(image, call.path("target"));
        var to = call.find("to").map(name -> Targets.node(image, name).id());
        var finding =
                to.isPresent()
                        ? survey.to(image, call.caller(), process, to.get())
                        : survey.onlyHere(image, process);
        return Call.one(image, view(image, process, finding));
    }

    /// What this node lacks of what a program needs, for another agent.
    HttpResponse lacks(Call call) {
        var obstacles = parts.local().lacks(call.body(NeedsBody.class).needs());
        return Call.one(replica.image(), obstacles(Json.object(), obstacles));
    }

    private HttpResponse atHost(Call call, Function<ClusterImage, HttpResponse> answer) {
        var image = replica.read(false);
        var process = Targets.process(image, call.path("target"));
        var host = Targets.host(image, process);
        return host.equals(self)
                ? answer.apply(image)
                : peers.pass(
                        Targets.node(image, host.name()),
                        call.caller(),
                        call.request(),
                        Failures::response);
    }

    private static void requireCanFollow(
            ClusterImage image, HostedProcess process, MigrationBody.Mode how, Finding finding) {
        if (how != MigrationBody.Mode.POST_COPY) {
            return;
        }
        var spec = image.jobs().require(process.job()).spec();
        var why =
                spec.checkpoint().engine() != Engine.CRIU
                        ? "it saves itself"
                        : spec.isParallel()
                                ? "it is one of several ranks"
                                : finding.footprint().segments().isEmpty()
                                        ? ""
                                        : "it has shared memory of the cluster open";
        if (!why.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.NOT_CHECKPOINTABLE,
                    "the memory of %s cannot follow it: %s".formatted(name(image, process), why),
                    "move it with --mode warm");
        }
    }

    private static Migration.Mode mode(MigrationBody.Mode how, long residentBytes) {
        return switch (how) {
            case WARM -> Migration.Mode.WARM;
            case STOP_COPY -> Migration.Mode.STOP_COPY;
            case POST_COPY -> Migration.Mode.POST_COPY;
            case AUTO ->
                    residentBytes < WARM_FROM_BYTES
                            ? Migration.Mode.STOP_COPY
                            : Migration.Mode.WARM;
        };
    }

    private static ObjectNode view(ClusterImage image, HostedProcess process, Finding finding) {
        var view =
                Json.object()
                        .put("process", process.id().value())
                        .put("target", name(image, process))
                        .put("residentBytes", finding.footprint().residentBytes())
                        .put("startsAgain", startsAgain(image, process));
        process.phase().host().ifPresent(node -> view.put("node", node.name()));
        finding.to().ifPresent(node -> view.put("to", node.name()));
        return obstacles(view, finding.obstacles());
    }

    /// {@return whether it is started again with what it saves itself, rather than go on}
    private static boolean startsAgain(ClusterImage image, HostedProcess process) {
        var engine = image.jobs().require(process.job()).spec().checkpoint().engine();
        return engine == Engine.COOPERATIVE;
    }

    private static ObjectNode obstacles(ObjectNode view, List<Obstacle> obstacles) {
        view.set(
                "obstacles",
                Json.list(
                        obstacles.stream()
                                .map(it ->
                                        Json.object()
                                                .put("where", it.where())
                                                .put("what", it.what())
                                                .put("remedy", it.remedy()))
                                .toList()));
        return view;
    }

    private static String name(ClusterImage image, HostedProcess process) {
        return image.jobs().require(process.job()).name() + "/" + process.rank();
    }
}
