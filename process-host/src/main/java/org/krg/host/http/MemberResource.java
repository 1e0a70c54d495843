// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.host.http.body.LeaderBody;
import org.krg.host.http.body.ReplaceBody;
import org.krg.host.http.body.VotersBody;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.Json;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.core.MembershipChange;
import org.krg.state.core.MembershipChange.Replace;
import org.krg.state.model.NodeId;

/// Who votes and who leads. Only the leader can change it, so requests are passed on to it.
final class MemberResource {
    private final ApiParts parts;
    private final Replica replica;
    private final Peers peers;
    private final ClusterResource cluster;

    MemberResource(ApiParts parts, Replica replica, Peers peers, ClusterResource cluster) {
        this.parts = parts;
        this.replica = replica;
        this.peers = peers;
        this.cluster = cluster;
    }

    /// Has nodes vote and others vote no more, all together.
    HttpResponse reassign(Call call) {
        return change(call, call.body(VotersBody.class).change());
    }

    HttpResponse replace(Call call) {
        var by = call.body(ReplaceBody.class).node();
        return change(call, new Replace(new NodeId(call.path("name")), by));
    }

    private HttpResponse change(Call call, MembershipChange change) {
        return onLeader(
                call,
                () -> {
                    parts.store().change(change).join();
                    return members();
                });
    }

    /// Another leader.
    HttpResponse transfer(Call call) {
        var to = call.body(LeaderBody.class).find();
        return onLeader(
                call,
                () -> {
                    parts.store().transferLeadership(to).join();
                    return members();
                });
    }

    private HttpResponse members() {
        var view = Json.object();
        leader().ifPresent(leader -> view.put("leader", leader.name()));
        view.set(
                "members",
                Json.list(cluster.members().stream().map(ClusterResource::member).toList()));
        return Call.one(replica.image(), view);
    }

    private Optional<NodeId> leader() {
        return parts.store().leadership().leader();
    }

    /// {@return the reply of this node if it leads, else of the leader}
    HttpResponse onLeader(Call call, Supplier<HttpResponse> here) {
        if (parts.store().leadership().mine()) {
            return here.get();
        }
        var leader =
                leader().flatMap(replica.image().nodes()::find)
                        .orElseThrow(() -> new NoQuorum("no leader is known"));
        return peers.pass(leader, call.caller(), call.request(), Failures::response);
    }
}
