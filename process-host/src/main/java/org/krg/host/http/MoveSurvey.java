// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.core.MoveFit;
import org.krg.host.http.access.Caller;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Engine;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// Looks whether a process of this node could go on on another one, before anything is done.
final class MoveSurvey {
    private final NodeId self;
    private final ApiParts parts;
    private final Peers peers;

    MoveSurvey(NodeId self, ApiParts parts, Peers peers) {
        this.self = self;
        this.parts = parts;
        this.peers = peers;
    }

    /// What was found.
    ///
    /// @param to the target; empty when only a checkpoint was asked about, or it can go nowhere
    record Finding(Optional<NodeId> to, Footprint footprint, List<Obstacle> obstacles) {
        Finding {
            obstacles = List.copyOf(obstacles);
        }

        /// Throws what a refused move tells: every obstacle.
        void requireNone(String process) {
            if (obstacles.isEmpty()) {
                return;
            }
            var lines = new StringBuilder();
            obstacles.forEach(it -> lines.append("\n  ").append(it));
            throw new HostFailure(
                    HostFailure.Code.NOT_CHECKPOINTABLE,
                    "%s cannot go to %s now, nothing was done:%s"
                            .formatted(process, to.map(NodeId::name).orElse("another node"), lines),
                    "krg-admin proc check looks again");
        }
    }

    /// {@return what keeps a process of this node from being saved}
    Finding onlyHere(ClusterImage image, HostedProcess process) {
        var footprint = parts.local().footprint(process.id(), process.epoch());
        return new Finding(Optional.empty(), footprint, unsaved(image, process, footprint));
    }

    /// {@return what keeps it from going to a node}
    Finding to(ClusterImage image, Caller caller, HostedProcess process, NodeId target) {
        var footprint = parts.local().footprint(process.id(), process.epoch());
        var decision = parts.destinations().decide(image, process, self, footprint.segments());
        var obstacles = new ArrayList<>(unsaved(image, process, footprint));
        obstacles.addAll(bound(process, footprint));
        obstacles.addAll(at(image, caller, process, footprint, decision, target));
        return new Finding(Optional.of(target), footprint, obstacles);
    }

    /// {@return the same for the node that the policy likes best among those that fit; none when
    /// the program itself is in the way of each} One that does not answer is not asked again.
    /// Throws when no node fits, with the code of one that could not say whether it does, which is
    /// NO_QUORUM where it does not answer.
    Finding best(ClusterImage image, Caller caller, HostedProcess process) {
        var footprint = parts.local().footprint(process.id(), process.epoch());
        var here = new ArrayList<>(unsaved(image, process, footprint));
        here.addAll(bound(process, footprint));
        var decision = parts.destinations().decide(image, process, self, footprint.segments());
        var byScore =
                decision.verdicts().stream()
                        .filter(Verdict::feasible)
                        .sorted((one, other) -> Double.compare(other.score(), one.score()))
                        .map(Verdict::node)
                        .toList();
        var reasons = new ArrayList<String>();
        var unknown = new ArrayList<HostFailure>();
        for (var node : byScore) {
            List<Obstacle> there;
            try {
                there = at(image, caller, process, footprint, decision, node);
            } catch (HostFailure failure) {
                unknown.add(failure);
                reasons.add(String.valueOf(failure.getMessage()));
                continue;
            }
            if (there.isEmpty()) {
                return new Finding(Optional.of(node), footprint, here);
            }
            there.stream().filter(it -> !it.isOfNode()).forEach(here::add);
            there.forEach(it -> reasons.add(it.toString()));
        }
        if (!here.isEmpty()) {
            // The program itself is in the way: no other node would help.
            return new Finding(Optional.empty(), footprint, here);
        }
        decision.verdicts().stream()
                .filter(verdict -> !verdict.feasible())
                .forEach(verdict ->
                        reasons.add(verdict.node() + ": " + String.join(", ", verdict.reasons())));
        throw new HostFailure(
                unknown.isEmpty() ? HostFailure.Code.CANNOT_BE_PLACED : unknown.getFirst().code(),
                "no other node can take it: "
                        + (reasons.isEmpty() ? "there is none" : String.join("; ", reasons)),
                unknown.isEmpty()
                        ? "add a node, or make room on one"
                        : unknown.getFirst().remedy());
    }

    private static List<Obstacle> unsaved(
            ClusterImage image, HostedProcess process, Footprint footprint) {
        return engine(image, process).saves()
                ? footprint.unsaved()
                : List.of(
                        new Obstacle(
                                "the job",
                                "its engine is `restart`: nothing of it is saved",
                                "Submit it with --engine criu or cooperative"));
    }

    private static List<Obstacle> bound(HostedProcess process, Footprint footprint) {
        var obstacles = new ArrayList<>(footprint.bound());
        if (process.frozen()) {
            obstacles.add(
                    new Obstacle(
                            "the process",
                            "it stands still because somebody froze it, and only what runs moves",
                            "Let it go on with `krg-admin checkpoint unfreeze`"));
        }
        return obstacles;
    }

    private static Engine engine(ClusterImage image, HostedProcess process) {
        return image.jobs().require(process.job()).spec().checkpoint().engine();
    }

    private List<Obstacle> at(
            ClusterImage image,
            Caller caller,
            HostedProcess process,
            Footprint footprint,
            PlacementDecision decision,
            NodeId target) {
        var node = Targets.node(image, target.name());
        var obstacles =
                new ArrayList<>(
                        MoveFit.between(
                                Targets.node(image, self.name()), node, engine(image, process)));
        decision.verdicts().stream()
                .filter(verdict -> verdict.node().equals(target) && !verdict.feasible())
                .flatMap(verdict -> verdict.reasons().stream())
                .map(reason -> new Obstacle("node " + target, reason, "Choose another node"))
                .forEach(obstacles::add);
        if (node.state() == Node.State.READY) {
            obstacles.addAll(lacks(node, caller, footprint.needs()));
        }
        return obstacles;
    }

    private List<Obstacle> lacks(Node node, Caller caller, Footprint.Needs needs) {
        var reply = peers.post(node, caller, "/v1/lacks", body(needs));
        var obstacles = new ArrayList<Obstacle>();
        for (var it : reply.path("obstacles")) {
            obstacles.add(obstacle(it));
        }
        return obstacles;
    }

    private static Obstacle obstacle(JsonNode it) {
        return new Obstacle(
                it.path("where").asText(), it.path("what").asText(), it.path("remedy").asText());
    }

    private static ObjectNode body(Footprint.Needs needs) {
        var body =
                Json.object()
                        .put("uid", needs.user().uid())
                        .put("gid", needs.user().gid())
                        .put("leastBytes", needs.leastBytes());
        var groups = body.putArray("groups");
        needs.user().groups().forEach(groups::add);
        body.set(
                "paths",
                Json.list(
                        needs.paths().stream()
                                .map(path ->
                                        Json.object()
                                                .put("where", path.where())
                                                .put("path", path.path())
                                                .put("kind", Json.word(path.kind()))
                                                .put("writable", path.writable())
                                                .put("checked", path.checked()))
                                .toList()));
        body.set("cpuFeatures", Json.texts(needs.cpuFeatures()));
        body.set(
                "files",
                Json.list(
                        needs.files().stream()
                                .map(file ->
                                        Json.object()
                                                .put("path", file.path())
                                                .put("bytes", file.sizeBytes())
                                                .put("sha256", file.digest().hex()))
                                .toList()));
        body.set(
                "held",
                Json.list(
                        needs.held().stream()
                                .map(file ->
                                        Json.object()
                                                .put("where", file.where())
                                                .put("path", file.path())
                                                .put("kind", file.kind())
                                                .put("identity", file.identity()))
                                .toList()));
        return body;
    }
}
