// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.LockRequest;
import com.ibm.etcd.api.LockResponse;
import com.ibm.etcd.api.UnlockRequest;
import com.ibm.etcd.api.UnlockResponse;
import java.util.concurrent.CompletableFuture;
import org.krg.host.engine.Lanes;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.model.LeaseId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Locks: the first key in a line holds it, as long as its lease lasts.
final class LockService {
    private final Lanes lanes;
    private final LineCalls lines;
    private final Headers headers;

    LockService(EtcdParts parts, LineCalls lines, Headers headers) {
        this.lanes = parts.lanes();
        this.lines = lines;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.waiting("v3lockpb.Lock/Lock", LockRequest.parser(), this::lock)
                .unary("v3lockpb.Lock/Unlock", UnlockRequest.parser(), this::unlock);
    }

    private CompletableFuture<LockResponse> lock(GrpcCall call, LockRequest request) {
        var name = Requests.bytes(request.getName());
        return lines.stand(
                call.principal(),
                name,
                new LeaseId(request.getLease()),
                Bytes.EMPTY,
                turn ->
                        LockResponse.newBuilder()
                                .setHeader(headers.at(turn.at()))
                                .setKey(Answers.bytes(turn.place().key()))
                                .build());
    }

    private CompletableFuture<UnlockResponse> unlock(GrpcCall call, UnlockRequest request) {
        var key = KeyRange.one(Requests.bytes(request.getKey()));
        var delete = KeyTransaction.of(new KeyRequest.Delete(key, false));
        return lanes.submit(call.principal(), new Transact(call.principal(), delete))
                .thenApply(Answers::transacted)
                .thenApply(done ->
                        UnlockResponse.newBuilder().setHeader(headers.at(done.revision())).build());
    }
}
