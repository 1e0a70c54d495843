// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.AlarmRequest;
import com.ibm.etcd.api.AlarmResponse;
import com.ibm.etcd.api.DefragmentRequest;
import com.ibm.etcd.api.DefragmentResponse;
import com.ibm.etcd.api.HashKVRequest;
import com.ibm.etcd.api.HashKVResponse;
import com.ibm.etcd.api.HashRequest;
import com.ibm.etcd.api.HashResponse;
import com.ibm.etcd.api.MoveLeaderRequest;
import com.ibm.etcd.api.MoveLeaderResponse;
import com.ibm.etcd.api.SnapshotRequest;
import com.ibm.etcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;

/// How this node is.
final class MaintenanceService {
    /// The version of the API, and behind it the version of krg: clients read it as a semantic
    /// version to learn what they may call.
    private static final String API = "3.5.0-krg.";

    private final ClusterStore store;
    private final Headers headers;
    private final NodeId self;
    private final String version;

    MaintenanceService(ClusterStore store, Headers headers, EtcdConfig config) {
        this.store = store;
        this.headers = headers;
        this.self = config.node();
        this.version = API + config.version();
    }

    void route(GrpcRoutes routes) {
        routes.unary("etcdserverpb.Maintenance/Status", StatusRequest.parser(), this::status)
                .unary("etcdserverpb.Maintenance/Hash", HashRequest.parser(), this::hash)
                .unary("etcdserverpb.Maintenance/HashKV", HashKVRequest.parser(), this::hashKeys)
                .unary("etcdserverpb.Maintenance/Alarm", AlarmRequest.parser(), this::alarm)
                .unary(
                        "etcdserverpb.Maintenance/Defragment",
                        DefragmentRequest.parser(),
                        this::defragment)
                .streaming(
                        "etcdserverpb.Maintenance/Snapshot",
                        SnapshotRequest.parser(),
                        (call, replies) -> {
                            requireRoot(call);
                            // Before the first byte: what is read by then has been read.
                            call.audit().accept("", GrpcStatus.OK);
                            return new SnapshotSession(store, headers, replies);
                        })
                .audited(
                        "etcdserverpb.Maintenance/MoveLeader",
                        MoveLeaderRequest.parser(),
                        request -> Long.toHexString(request.getTargetID()),
                        this::moveLeader)
                .unimplemented(
                        "etcdserverpb.Maintenance/Downgrade",
                        "a cluster of krg is not downgraded by a call");
    }

    /// What these methods tell is about the keys of everybody.
    private void requireRoot(GrpcCall call) {
        if (!store.image().access().isRoot(call.principal())) {
            throw EtcdError.PERMISSION_DENIED.failure();
        }
    }

    private CompletableFuture<StatusResponse> status(GrpcCall call, StatusRequest request) {
        var quorum = store.quorum();
        var size = store.keys().size();
        var message =
                StatusResponse.newBuilder()
                        .setHeader(headers.ofJetcd())
                        .setVersion(version)
                        .setDbSize(size.bytes())
                        .setDbSizeInUse(size.bytes())
                        .setRaftIndex(quorum.commitIndex())
                        .setRaftAppliedIndex(quorum.appliedIndex())
                        .setRaftTerm(quorum.leadership().term())
                        .setIsLearner(isListener(quorum.members(), self));
        quorum.leadership()
                .leader()
                .ifPresentOrElse(
                        leader -> message.setLeader(Headers.number(leader)),
                        () -> message.addErrors("etcdserver: no leader"));
        return CompletableFuture.completedFuture(message.build());
    }

    static boolean isListener(List<Member> members, NodeId node) {
        return members.stream()
                .anyMatch(member -> member.node().equals(node) && member.role() == Role.LISTENER);
    }

    /// As with etcd the leader alone takes it: clients look for that one first.
    private CompletableFuture<MoveLeaderResponse> moveLeader(
            GrpcCall call, MoveLeaderRequest request) {
        requireRoot(call);
        if (!store.leadership().mine()) {
            throw EtcdError.NOT_LEADER.failure();
        }
        var to =
                store.quorum().members().stream()
                        .map(Member::node)
                        .filter(node -> Headers.number(node) == request.getTargetID())
                        .findFirst()
                        .orElseThrow(EtcdError.BAD_TRANSFEREE::failure);
        // It may wait for the disk of the leader.
        return CompletableFuture.completedFuture(Optional.of(to))
                .thenComposeAsync(store::transferLeadership, Thread::startVirtualThread)
                .handle((_, failure) -> {
                    if (failure != null) {
                        throw notMoved(failure);
                    }
                    return MoveLeaderResponse.newBuilder().setHeader(headers.now()).build();
                });
    }

    /// Who was asked to lead and has not taken over in time may do so yet.
    private static GrpcFailure notMoved(Throwable failure) {
        return Errors.cause(failure) instanceof MembershipRefused
                ? EtcdError.BAD_TRANSFEREE.failure()
                : EtcdError.TIMED_OUT.failure();
    }

    private CompletableFuture<HashResponse> hash(GrpcCall call, HashRequest request) {
        requireRoot(call);
        return store.keys()
                .hash(Revision.ZERO)
                .thenApply(hash ->
                        HashResponse.newBuilder()
                                .setHeader(headers.at(hash.revision()))
                                .setHash(hash.digest())
                                .build());
    }

    private CompletableFuture<HashKVResponse> hashKeys(GrpcCall call, HashKVRequest request) {
        requireRoot(call);
        return store.keys()
                .hash(new Revision(request.getRevision()))
                .thenApply(hash ->
                        HashKVResponse.newBuilder()
                                .setHeader(headers.now())
                                .setHash(hash.digest())
                                .setCompactRevision(hash.compacted().value())
                                .build());
    }

    /// krg raises no alarms of etcd's kinds: a node that is not well leaves, and says so elsewhere.
    private CompletableFuture<AlarmResponse> alarm(GrpcCall call, AlarmRequest request) {
        if (request.getAction() == AlarmRequest.AlarmAction.ACTIVATE) {
            throw new GrpcFailure(
                    GrpcStatus.UNIMPLEMENTED,
                    "krg has no alarms that are raised by a call: `krg-admin system doctor` tells what"
                            + " is wrong");
        }
        return CompletableFuture.completedFuture(
                AlarmResponse.newBuilder().setHeader(headers.now()).build());
    }

    /// The storage tidies itself up all the time.
    private CompletableFuture<DefragmentResponse> defragment(
            GrpcCall call, DefragmentRequest request) {
        return CompletableFuture.completedFuture(
                DefragmentResponse.newBuilder().setHeader(headers.now()).build());
    }
}
