// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.krg.host.http.body.CordonBody;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.body.MemberBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.NodeView;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.core.MembershipChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.NodeId;

/// The nodes, and how they become members.
final class NodeResource {
    private static final Duration ADMISSION = Duration.ofSeconds(10);

    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final MemberResource voting;
    private final ClusterResource cluster;

    NodeResource(
            ApiParts parts,
            Replica replica,
            Changes changes,
            ClusterResource cluster,
            MemberResource voting) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.voting = voting;
        this.cluster = cluster;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(image, "nodes", NodeView.all(image, parts.store().quorum()));
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        var node = Targets.node(image, call.path("name"));
        return Call.one(image, NodeView.of(image, node, parts.store().quorum()));
    }

    HttpResponse fence(Call call) {
        var _ = call.body(EmptyBody.class);
        var node = Targets.node(replica.read(false), call.path("name")).id();
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new FenceNode(node, parts.wall().instant()));
        var image = replica.atLeast(done.revision());
        return Call.one(
                image,
                NodeView.of(image, Targets.node(image, node.name()), parts.store().quorum()));
    }

    /// Has a node get nothing new, or lets it again.
    HttpResponse cordon(Call call) {
        var cordoned = call.body(CordonBody.class).isCordoned();
        var node = Targets.node(replica.read(false), call.path("name")).id();
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new CordonNode(node, cordoned));
        var image = replica.atLeast(done.revision());
        return Call.one(
                image,
                NodeView.of(image, Targets.node(image, node.name()), parts.store().quorum()));
    }

    /// Forgets a lost node, or one that joined and never registered, and takes it out of the Raft
    /// group.
    HttpResponse remove(Call call) {
        var node = Targets.nodeId(call.path("name"));
        return voting.onLeader(
                call,
                () -> {
                    var image = replica.read(false);
                    var view =
                            image.nodes()
                                    .find(node)
                                    .map(it -> NodeView.of(image, it, parts.store().quorum()))
                                    .orElseGet(() -> Json.object().put("name", node.name()));
                    return Call.one(voting.once(call, key -> remove(key, node)), view);
                });
    }

    /// One that is a member and known no more was forgotten before, and could not be taken out
    /// then: that is what is left to do. One that is neither may have been removed by this request,
    /// if it is repeated; the log knows.
    private ClusterImage remove(Changes.Key key, NodeId node) {
        var image = replica.read(false);
        var leaving = new MembershipChange.Remove(node);
        var isMember = cluster.members().stream().anyMatch(each -> each.node().equals(node));
        if (isMember) {
            parts.store()
                    .refusal(leaving)
                    .ifPresent(why -> {
                        throw new MembershipRefused(why);
                    });
        }
        var isKnown = image.nodes().find(node).isPresent() || image.access().hasJoined(node);
        var isForgotten = isMember && !isKnown;
        var after =
                isForgotten
                        ? image
                        : replica.atLeast(changes.submit(key, new RemoveNode(node)).revision());
        if (isMember) {
            parts.store().change(leaving).join();
        }
        return after;
    }

    /// What a node that joins has to know.
    HttpResponse join(Call call) {
        var image = replica.image();
        var view = Json.object();
        view.set("cluster", cluster.cluster());
        // A node that lost everything, or a cluster that was restored, must not give one out twice.
        var incarnations = view.putObject("incarnations");
        image.nodes()
                .values()
                .forEach(node -> incarnations.put(node.id().name(), node.incarnation()));
        var members = view.putArray("members");
        for (var member : cluster.members()) {
            var shown = ClusterResource.member(image, member);
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
        var body = call.body(MemberBody.class);
        return voting.onLeader(call, () -> admit(body));
    }

    /// Answers 202 when it takes longer, a large state has to be sent for example; the node asks
    /// again.
    private HttpResponse admit(MemberBody body) {
        var admitted =
                parts.store()
                        .admit(body.id(), body.peer(), body.address(), body.part())
                        .thenApply(_ -> HttpStatus.OK)
                        .completeOnTimeout(
                                HttpStatus.ACCEPTED, ADMISSION.toMillis(), TimeUnit.MILLISECONDS);
        var view =
                Json.object()
                        .put("node", body.id().name())
                        .put("peerId", body.peer())
                        .put("raft", body.address().toString())
                        .put("role", Json.word(body.part()));
        return Call.one(admitted.join(), replica.image(), view);
    }
}
