// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.CampaignResponse;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaderKey;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.ProclaimResponse;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.ResignResponse;
import java.util.concurrent.CompletableFuture;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.host.engine.KeyQueues.PlaceLost;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.host.etcd.grpc.GrpcSession;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.ClusterStore;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;

/// Elections: who stands first in a line leads, and the value of its key is what it proclaims.
final class ElectionService {
    private final ClusterStore store;
    private final LineCalls lines;
    private final Headers headers;

    ElectionService(ClusterStore store, LineCalls lines, Headers headers) {
        this.store = store;
        this.lines = lines;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.waiting("v3electionpb.Election/Campaign", CampaignRequest.parser(), this::campaign)
                .unary("v3electionpb.Election/Proclaim", ProclaimRequest.parser(), this::proclaim)
                .unary("v3electionpb.Election/Leader", LeaderRequest.parser(), this::leader)
                .unary("v3electionpb.Election/Resign", ResignRequest.parser(), this::resign)
                .streaming("v3electionpb.Election/Observe", LeaderRequest.parser(), this::observe);
    }

    private CompletableFuture<CampaignResponse> campaign(GrpcCall call, CampaignRequest request) {
        var lease = new LeaseId(request.getLease());
        return lines.stand(
                call.principal(),
                Requests.bytes(request.getName()),
                lease,
                Requests.bytes(request.getValue()),
                turn ->
                        CampaignResponse.newBuilder()
                                .setHeader(headers.ofJetcd(turn.at()))
                                .setLeader(
                                        LeaderKey.newBuilder()
                                                .setName(request.getName())
                                                .setKey(Answers.bytes(turn.place().key()))
                                                .setRev(turn.place().created().value())
                                                .setLease(turn.place().lease().value()))
                                .build());
    }

    private CompletableFuture<ProclaimResponse> proclaim(GrpcCall call, ProclaimRequest request) {
        var value = Requests.bytes(request.getValue());
        return lines.queues()
                .proclaim(call.principal(), place(request.getLeader()), value)
                .exceptionally(failure -> {
                    throw Errors.cause(failure) instanceof PlaceLost
                            ? EtcdError.NOT_LEADING.failure()
                            : Errors.of(failure);
                })
                .thenApply(
                        at -> ProclaimResponse.newBuilder().setHeader(headers.ofJetcd(at)).build());
    }

    private CompletableFuture<ResignResponse> resign(GrpcCall call, ResignRequest request) {
        return lines.queues()
                .leave(call.principal(), place(request.getLeader()))
                .thenApply(
                        at -> ResignResponse.newBuilder().setHeader(headers.ofJetcd(at)).build());
    }

    private CompletableFuture<LeaderResponse> leader(GrpcCall call, LeaderRequest request) {
        return lines.queues()
                .first(call.principal(), Requests.bytes(request.getName()))
                .thenApply(first ->
                        LeaderResponse.newBuilder()
                                .setHeader(headers.ofJetcd())
                                .setKv(
                                        keyValue(
                                                first.orElseThrow(
                                                        () -> EtcdError.NOBODY_LEADS.failure())))
                                .build());
    }

    private GrpcSession<LeaderRequest> observe(GrpcCall call, GrpcReplies replies) {
        return new GrpcSession<>() {
            private final Observation observation =
                    new Observation(
                            store.keys(),
                            call.principal(),
                            call.memory(),
                            (revision, leader) ->
                                    replies.send(
                                            LeaderResponse.newBuilder()
                                                    .setHeader(headers.ofJetcd(revision))
                                                    .setKv(keyValue(leader))
                                                    .build()),
                            replies::fail);
            private boolean isBegun;

            @Override
            public void accept(LeaderRequest request) {
                if (isBegun) {
                    replies.fail(
                            new GrpcFailure(
                                    GrpcStatus.INVALID_ARGUMENT,
                                    "a call to observe an election is one message"));
                    return;
                }
                isBegun = true;
                observation.begin(Requests.bytes(request.getName()));
            }

            @Override
            public void end() {
                // The caller has said which election; it goes on listening.
            }

            @Override
            public void close() {
                observation.close();
            }
        };
    }

    private static Place place(LeaderKey from) {
        return new Place(
                Requests.bytes(from.getName()),
                Requests.bytes(from.getKey()),
                new Revision(from.getRev()),
                new Revision(from.getRev()),
                new LeaseId(from.getLease()));
    }

    private static KeyValue keyValue(org.krg.state.model.key.KeyValue from) {
        return KeyValue.newBuilder()
                .setKey(Answers.bytes(from.key()))
                .setValue(Answers.bytes(from.value()))
                .setCreateRevision(from.created().value())
                .setModRevision(from.modified().value())
                .setVersion(from.version())
                .setLease(from.lease().value())
                .build();
    }
}
