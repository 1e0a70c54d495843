// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.MemberListRequest;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.ClusterStore;
import org.krg.state.model.Node;
import org.krg.state.model.Role;

/// The members of the cluster, to be looked at.
final class ClusterService {
    private final ClusterStore store;
    private final Headers headers;

    ClusterService(ClusterStore store, Headers headers) {
        this.store = store;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.unary("etcdserverpb.Cluster/MemberList", MemberListRequest.parser(), this::list)
                .unimplemented(
                        "etcdserverpb.Cluster/MemberAdd",
                        "a node joins by itself: `krg-admin cluster join`")
                .unimplemented(
                        "etcdserverpb.Cluster/MemberRemove",
                        "members are removed with `krg-admin node remove`")
                .unimplemented(
                        "etcdserverpb.Cluster/MemberUpdate",
                        "a node says its addresses itself: they stand in its krgd.toml")
                .unimplemented(
                        "etcdserverpb.Cluster/MemberPromote",
                        "listeners become voters with `krg-admin node promote`");
    }

    private CompletableFuture<MemberListResponse> list(GrpcCall call, MemberListRequest request) {
        var nodes = store.image().nodes();
        var message = MemberListResponse.newBuilder().setHeader(headers.ofJetcd());
        // Who came encrypted goes on so; all agents take that, and beyond loopback nothing else.
        var scheme = call.isEncrypted() ? "https" : "http";
        for (var member : store.quorum().members()) {
            message.addMembers(member(member, nodes.find(member.node()), scheme));
        }
        return CompletableFuture.completedFuture(message.build());
    }

    /// {@return a member as clients are shown it} A listener is to them what etcd calls a learner:
    /// it has the log and no vote.
    static Member member(ClusterStore.Member member, Optional<Node> node, String scheme) {
        var shown =
                Member.newBuilder()
                        .setID(Headers.number(member.node()))
                        .setName(member.node().name())
                        .setIsLearner(member.role() == Role.LISTENER);
        node.map(Node::addresses)
                .ifPresent(addresses -> {
                    shown.addPeerURLs("https://" + addresses.raft());
                    shown.addClientURLs(scheme + "://" + addresses.api());
                });
        return shown.build();
    }
}
