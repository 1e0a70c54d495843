// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.host.engine.ReplicaComparison.Told;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.PrometheusText;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.QuorumStatus;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.ClusterStore.StoredSnapshot;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Node;

/// How this node and the quorum are. Nothing here waits for anybody but [#hashes].
final class ClusterResource {
    /// Log entries that a healthy node may be behind.
    private static final long MOST_LAG = 1_000;

    private static final String NO_LEADER =
            "no leader is known: the cluster has no quorum, or elects one now";

    private final ApiConfig config;
    private final ApiParts parts;
    private final Replica replica;

    ClusterResource(ApiConfig config, ApiParts parts, Replica replica) {
        this.config = config;
        this.parts = parts;
        this.replica = replica;
    }

    HttpResponse status(Call call) {
        var quorum = parts.store().quorum();
        var image = replica.image();
        var view = Json.object();
        view.set("cluster", cluster());
        view.put("node", config.node().name()).put("version", config.version());
        quorum.leadership().leader().ifPresent(leader -> view.put("leader", leader.name()));
        view.put("term", quorum.leadership().term())
                .put("appliedIndex", quorum.appliedIndex())
                .put("commitIndex", quorum.commitIndex());
        view.set(
                "members",
                Json.list(quorum.members().stream().map(each -> member(image, each)).toList()));
        var registered =
                image.nodes()
                        .find(config.node())
                        .filter(node -> node.state() == Node.State.READY)
                        .isPresent();
        view.put(
                "ready",
                registered
                        && quorum.leadership().leader().isPresent()
                        && parts.pages().isSettled());
        return Call.one(image, view);
    }

    HttpResponse health(Call call) {
        var quorum = parts.store().quorum();
        var lag = lag(quorum);
        var problems = new ArrayList<>(parts.problems().get());
        problems.addAll(parts.store().alarms());
        if (quorum.leadership().leader().isEmpty()) {
            problems.add(NO_LEADER);
        }
        if (lag > MOST_LAG) {
            problems.add("this node is " + lag + " log entries behind");
        }
        var view =
                Json.object().put("healthy", problems.isEmpty()).put("node", config.node().name());
        quorum.leadership().leader().ifPresent(leader -> view.put("leader", leader.name()));
        view.put("lag", lag).set("problems", Json.texts(problems));
        return Call.one(
                problems.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
                replica.image(),
                view);
    }

    HttpResponse doctor(Call call) {
        var report = parts.local().report();
        var view = Json.object().put("node", config.node().name());
        view.set("notes", Json.texts(report.notes()));
        view.set("limits", Json.texts(report.limits()));
        view.set("engines", Json.texts(report.engines().stream().map(Json::word).toList()));
        if (!report.criu().isEmpty()) {
            view.put("criu", report.criu());
        }
        if (!report.checkpointKey().isEmpty()) {
            view.put("checkpointKey", report.checkpointKey());
        }
        if (parts.signer().canSign()) {
            view.put("signs", true);
        }
        return Call.one(replica.image(), view.put("selfTest", report.selfTest()));
    }

    /// 200 when this node can take requests: it is in touch with a leader and has what was agreed.
    HttpResponse ready(Call call) {
        var quorum = parts.store().quorum();
        var lag = lag(quorum);
        var problems = new ArrayList<String>();
        if (quorum.leadership().leader().isEmpty()) {
            problems.add(NO_LEADER);
        }
        parts.notReady().get().ifPresent(problems::add);
        if (lag > MOST_LAG) {
            problems.add("this node is " + lag + " log entries behind and catches up");
        }
        var view = Json.object().put("ready", problems.isEmpty()).put("lag", lag);
        view.set("problems", Json.texts(problems));
        return Call.one(
                problems.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
                replica.image(),
                view);
    }

    /// Everything about this node's copy of the state.
    HttpResponse state(Call call) {
        var store = parts.store();
        var quorum = store.quorum();
        var storage = store.storage();
        var view = Json.object().put("node", config.node().name());
        quorum.members().stream()
                .filter(member -> member.node().equals(config.node()))
                .findFirst()
                .ifPresent(member -> view.setAll(part(replica.image(), member)));
        quorum.leadership().leader().ifPresent(leader -> view.put("leader", leader.name()));
        view.put("leaderSince", store.leadershipSince().toString())
                .put("term", quorum.leadership().term())
                .put("appliedIndex", quorum.appliedIndex())
                .put("commitIndex", quorum.commitIndex())
                .put("lag", lag(quorum))
                .put("logBytes", storage.logBytes())
                .put("rowsBytes", storage.rowsBytes())
                .put("freeBytes", storage.freeBytes());
        quorum.appliedTime().ifPresent(time -> view.put("appliedTime", time.toString()));
        storage.snapshot().ifPresent(taken -> put(taken, view.putObject("snapshot")));
        view.set("alarms", Json.texts(store.alarms()));
        return Call.one(replica.image(), view);
    }

    private static ObjectNode put(StoredSnapshot taken, ObjectNode view) {
        return view.put("index", taken.index())
                .put("taken", taken.taken().toString())
                .put("bytes", taken.bytes());
    }

    /// Takes a snapshot of this node's copy of the state.
    HttpResponse snapshot(Call call) {
        var start = System.nanoTime();
        var taken = parts.store().takeSnapshot().join();
        var took = Duration.ofNanos(System.nanoTime() - start);
        var view = put(taken, Json.object().put("node", config.node().name()));
        return Call.one(replica.image(), view.put("tookSeconds", Json.seconds(took)));
    }

    private static long lag(QuorumStatus quorum) {
        return Math.max(0, quorum.commitIndex() - quorum.appliedIndex());
    }

    HttpResponse hash(Call call) {
        var hash = parts.store().hash();
        return Call.json(HttpStatus.OK, put(hash, Json.reply(hash.revision())));
    }

    /// The digests of all nodes at one entry of the log. Waits for the slowest node.
    HttpResponse hashes(Call call) {
        var comparison = parts.replicas().compare();
        var view = Json.object().put("verdict", Json.word(comparison.verdict()));
        view.set(
                "nodes",
                Json.list(comparison.replicas().stream().map(ClusterResource::told).toList()));
        return Call.one(replica.image(), view);
    }

    private static ObjectNode told(Told told) {
        var view = Json.object().put("node", told.node().name());
        told.hash()
                .ifPresentOrElse(
                        hash -> put(hash, view.put("revision", hash.revision().value())),
                        () -> view.put("problem", told.problem()));
        return view;
    }

    private static ObjectNode put(StateHash hash, ObjectNode view) {
        return view.put("appliedIndex", hash.appliedIndex()).put("digest", hash.digest().hex());
    }

    /// The agreed rows of this replica, streamed; at least as new as every reply given before.
    HttpResponse backup(Call call) {
        var _ = replica.read(call.isStale());
        return ByteStream.of(parts.store()::backup);
    }

    HttpResponse metrics(Call call) {
        return HttpResponse.of(
                HttpStatus.OK,
                MediaType.parse("text/plain; version=0.0.4; charset=utf-8"),
                PrometheusText.of(parts.metrics()));
    }

    /// {@return which cluster this is}
    ObjectNode cluster() {
        return Json.object()
                .put("id", config.cluster().toString())
                .put("name", config.clusterName());
    }

    /// {@return the members of the Raft group}
    List<Member> members() {
        return parts.store().quorum().members();
    }

    static ObjectNode member(ClusterImage image, Member member) {
        var view = Json.object().put("node", member.node().name());
        view.setAll(part(image, member));
        return member.matchIndex() < 0 ? view : view.put("matchIndex", member.matchIndex());
    }

    private static ObjectNode part(ClusterImage image, Member member) {
        var view =
                Json.object().put("peerId", member.peerId()).put("role", Json.word(member.role()));
        var demoted = image.nodes().find(member.node()).filter(Node::demoted).isPresent();
        return demoted ? view.put("demoted", true) : view;
    }
}
