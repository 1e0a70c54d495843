// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.Member;
import com.ibm.etcd.api.MemberListRequest;
import com.ibm.etcd.api.MemberListResponse;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.ClusterStore;

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
        var message = MemberListResponse.newBuilder().setHeader(headers.now());
        // Who came encrypted goes on so; all agents take that, and beyond loopback nothing else.
        var scheme = call.isEncrypted() ? "https" : "http";
        for (var member : store.quorum().members()) {
            var shown =
                    Member.newBuilder()
                            .setID(Headers.number(member.node()))
                            .setName(member.node().name());
            nodes.find(member.node())
                    .ifPresent(node -> {
                        shown.addPeerURLs("https://" + node.addresses().raft());
                        shown.addClientURLs(scheme + "://" + node.addresses().api());
                    });
            message.addMembers(shown);
        }
        return CompletableFuture.completedFuture(message.build());
    }
}
