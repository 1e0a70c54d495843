// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.body.MemberBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.NodeView;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RemoveNode;

/// The nodes, and how they become members.
final class NodeResource {
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;
    private final ClusterResource cluster;

    NodeResource(
            ApiParts parts,
            Replica replica,
            Changes changes,
            Peers peers,
            ClusterResource cluster) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
        this.cluster = cluster;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(
                image, "nodes", NodeView.all(image, parts.store().leadership().leader()));
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        var node = Targets.node(image, call.path("name"));
        return Call.one(image, NodeView.of(image, node, parts.store().leadership().leader()));
    }

    HttpResponse fence(Call call) {
        var _ = call.body(EmptyBody.class);
        var node = Targets.node(replica.read(false), call.path("name")).id();
        var done =
                changes.submit(
                        changes.key(call.header("krg-request")),
                        new FenceNode(node, parts.wall().instant()));
        var image = replica.atLeast(done.revision());
        return Call.one(
                image,
                NodeView.of(
                        image,
                        Targets.node(image, node.name()),
                        parts.store().leadership().leader()));
    }

    HttpResponse remove(Call call) {
        var image = replica.read(false);
        var node = Targets.node(image, call.path("name"));
        var view = NodeView.of(image, node, parts.store().leadership().leader());
        var done =
                changes.submit(changes.key(call.header("krg-request")), new RemoveNode(node.id()));
        return Call.one(replica.atLeast(done.revision()), view);
    }

    /// What a node that joins has to know.
    HttpResponse join(Call call) {
        call.requireAgent();
        var image = replica.image();
        var view = Json.object();
        view.set("cluster", cluster.cluster());
        var members = view.putArray("members");
        for (var member : cluster.members()) {
            var shown = ClusterResource.member(member);
            shown.remove("matchIndex");
            image.nodes()
                    .find(member.node())
                    .ifPresent(node -> shown.put("raft", node.addresses().raft().toString()));
            members.add(shown);
        }
        return Call.one(image, view);
    }

    /// Takes a node into the Raft group. Only the leader can, so the request is passed on to it.
    HttpResponse admit(Call call) {
        call.requireAgent();
        var body = call.body(MemberBody.class);
        var leadership = parts.store().leadership();
        if (!leadership.mine()) {
            var leader =
                    leadership
                            .leader()
                            .flatMap(replica.image().nodes()::find)
                            .orElseThrow(() -> new NoQuorum("no leader is known"));
            return peers.pass(leader, call.caller(), call.request(), Failures::response);
        }
        parts.store().admit(body.id(), body.peer(), body.address(), body.part()).join();
        var view =
                Json.object()
                        .put("node", body.id().name())
                        .put("peerId", body.peer())
                        .put("raft", body.address().toString())
                        .put("role", Json.word(body.part()));
        return Call.one(HttpStatus.OK, replica.image(), view);
    }
}
