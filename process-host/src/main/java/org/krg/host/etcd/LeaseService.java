// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.LeaseGrantRequest;
import com.ibm.etcd.api.LeaseGrantResponse;
import com.ibm.etcd.api.LeaseKeepAliveRequest;
import com.ibm.etcd.api.LeaseKeepAliveResponse;
import com.ibm.etcd.api.LeaseLeasesRequest;
import com.ibm.etcd.api.LeaseLeasesResponse;
import com.ibm.etcd.api.LeaseRevokeRequest;
import com.ibm.etcd.api.LeaseRevokeResponse;
import com.ibm.etcd.api.LeaseStatus;
import com.ibm.etcd.api.LeaseTimeToLiveRequest;
import com.ibm.etcd.api.LeaseTimeToLiveResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.host.etcd.grpc.GrpcSession;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.core.Authority;
import org.krg.state.core.KeyAccess;
import org.krg.state.model.LeaseId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

/// Leases of users.
final class LeaseService {
    /// A shorter time is raised to this one, as etcd does it: renewals come in whole seconds.
    private static final long LEAST_SECONDS = 2;

    private static final long MOST_SECONDS = 9_000_000_000L;

    private final EtcdParts parts;
    private final Headers headers;

    LeaseService(EtcdParts parts, Headers headers) {
        this.parts = parts;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.unary("etcdserverpb.Lease/LeaseGrant", LeaseGrantRequest.parser(), this::grant)
                .unary("etcdserverpb.Lease/LeaseRevoke", LeaseRevokeRequest.parser(), this::revoke)
                .unary(
                        "etcdserverpb.Lease/LeaseTimeToLive",
                        LeaseTimeToLiveRequest.parser(),
                        this::timeToLive)
                .unary("etcdserverpb.Lease/LeaseLeases", LeaseLeasesRequest.parser(), this::list)
                .streaming(
                        "etcdserverpb.Lease/LeaseKeepAlive",
                        LeaseKeepAliveRequest.parser(),
                        KeepAlive::new);
    }

    private CompletableFuture<LeaseGrantResponse> grant(GrpcCall call, LeaseGrantRequest request) {
        if (request.getTTL() > MOST_SECONDS) {
            throw EtcdError.TTL_TOO_LARGE.failure();
        }
        return grant(call.principal(), new LeaseId(request.getID()), request.getTTL());
    }

    private CompletableFuture<LeaseGrantResponse> grant(String holder, LeaseId id, long seconds) {
        var granted = Math.max(LEAST_SECONDS, seconds);
        return parts.lanes()
                .submit(holder, new GrantLease(id, holder, Duration.ofSeconds(granted)))
                .thenApply(Answers::accepted)
                .thenApply(done ->
                        LeaseGrantResponse.newBuilder()
                                .setHeader(headers.at(done.revision()))
                                .setID(done.created())
                                .setTTL(granted)
                                .build());
    }

    private CompletableFuture<LeaseRevokeResponse> revoke(
            GrpcCall call, LeaseRevokeRequest request) {
        return parts.lanes()
                .submit(call.principal(), new RevokeLease(new LeaseId(request.getID())))
                .thenApply(Answers::accepted)
                .thenApply(done ->
                        LeaseRevokeResponse.newBuilder()
                                .setHeader(headers.at(done.revision()))
                                .build());
    }

    private CompletableFuture<LeaseTimeToLiveResponse> timeToLive(
            GrpcCall call, LeaseTimeToLiveRequest request) {
        var lease = new LeaseId(request.getID());
        return parts.leases()
                .term(call.principal(), lease)
                .thenCompose(term ->
                        term instanceof Term.Lasts && request.getKeys()
                                ? parts.store()
                                        .keys()
                                        .keysOf(lease)
                                        .thenApply(keys -> timeToLive(call, lease, term, keys))
                                : CompletableFuture.completedFuture(
                                        timeToLive(call, lease, term, List.of())));
    }

    private LeaseTimeToLiveResponse timeToLive(
            GrpcCall call, LeaseId lease, Term term, List<Bytes> keys) {
        requireReadable(call, keys);
        var message =
                LeaseTimeToLiveResponse.newBuilder().setHeader(headers.now()).setID(lease.value());
        switch (term) {
            case Term.Over() -> message.setTTL(-1);
            case Term.Lasts(var ttl, var remaining) ->
                    message.setGrantedTTL(seconds(ttl)).setTTL(seconds(remaining));
        }
        keys.forEach(key -> message.addKeys(Answers.bytes(key)));
        return message.build();
    }

    /// As etcd does it: somebody else may have attached a key whose name the holder may not see.
    private void requireReadable(GrpcCall call, List<Bytes> keys) {
        var access = parts.store().image().access();
        for (var key : keys) {
            KeyAccess.problem(access, call.principal(), KeyRange.one(key), Mode.READ)
                    .ifPresent(_ -> {
                        throw EtcdError.PERMISSION_DENIED.failure();
                    });
        }
    }

    private CompletableFuture<LeaseLeasesResponse> list(GrpcCall call, LeaseLeasesRequest request) {
        return parts.store()
                .read()
                .thenApply(image -> {
                    var message =
                            LeaseLeasesResponse.newBuilder()
                                    .setHeader(headers.at(image.revision()));
                    for (var lease : image.leases().values()) {
                        if (Authority.problem(image, call.principal(), lease).isEmpty()) {
                            message.addLeases(LeaseStatus.newBuilder().setID(lease.id().value()));
                        }
                    }
                    return message.build();
                });
    }

    /// As etcd rounds: up, so that what lasts is not called over.
    private static long seconds(Duration time) {
        return time.isNegative() ? 0 : time.plusMillis(999).toSeconds();
    }

    /// Renewals as they come. Answers come in the order in which the leader gives them.
    private final class KeepAlive implements GrpcSession<LeaseKeepAliveRequest> {
        private final GrpcCall call;
        private final GrpcReplies replies;
        private int underWay;
        private boolean ended;

        KeepAlive(GrpcCall call, GrpcReplies replies) {
            this.call = call;
            this.replies = replies;
        }

        @Override
        public void accept(LeaseKeepAliveRequest request) {
            begin();
            replies.owe();
            var _ =
                    parts.leases()
                            .renew(call.principal(), new LeaseId(request.getID()))
                            .whenComplete((term, failure) -> finish(request, term, failure));
        }

        private synchronized void begin() {
            underWay++;
        }

        private void finish(
                LeaseKeepAliveRequest request, @Nullable Term term, @Nullable Throwable failure) {
            if (term == null) {
                replies.fail(failure == null ? EtcdError.TIMED_OUT.failure() : failure);
            } else {
                replies.sendOwed(
                        LeaseKeepAliveResponse.newBuilder()
                                .setHeader(headers.now())
                                .setID(request.getID())
                                .setTTL(term instanceof Term.Lasts(var ttl, _) ? seconds(ttl) : 0)
                                .build());
            }
            completeIf(() -> --underWay == 0 && ended);
        }

        @Override
        public void end() {
            completeIf(() -> {
                ended = true;
                return underWay == 0;
            });
        }

        private void completeIf(java.util.function.BooleanSupplier done) {
            synchronized (this) {
                if (!done.getAsBoolean()) {
                    return;
                }
            }
            replies.complete();
        }

        @Override
        public void close() {
            // Nothing goes on by itself.
        }
    }
}
