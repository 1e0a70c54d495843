// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.CompactionRequest;
import com.ibm.etcd.api.CompactionResponse;
import com.ibm.etcd.api.DeleteRangeRequest;
import com.ibm.etcd.api.DeleteRangeResponse;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.PutResponse;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.api.TxnRequest;
import com.ibm.etcd.api.TxnResponse;
import java.util.concurrent.CompletableFuture;
import org.krg.host.AnswerMemory;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Reply;
import org.krg.state.model.Revision;

/// Reads and writes of keys.
final class KvService {
    private final EtcdParts parts;
    private final Headers headers;

    KvService(EtcdParts parts, Headers headers) {
        this.parts = parts;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.unary("etcdserverpb.KV/Range", RangeRequest.parser(), this::range)
                .unary("etcdserverpb.KV/Put", PutRequest.parser(), this::put)
                .unary("etcdserverpb.KV/DeleteRange", DeleteRangeRequest.parser(), this::delete)
                .unary("etcdserverpb.KV/Txn", TxnRequest.parser(), this::transact)
                .audited(
                        "etcdserverpb.KV/Compact",
                        CompactionRequest.parser(),
                        request -> "revision " + request.getRevision(),
                        this::compact);
    }

    private CompletableFuture<RangeResponse> range(GrpcCall call, RangeRequest request) {
        // An answer waits in the agent until the caller takes it. One of a write is never refused:
        // it has taken effect.
        var memory = AnswerMemory.ofBytes(call.memory());
        return parts.store()
                .keys()
                .range(call.principal(), Requests.read(request), !request.getSerializable(), memory)
                .thenApply(answer -> {
                    var message = Answers.range(headers.at(answer.revision()), answer.found());
                    memory.made(message.getSerializedSize());
                    return message;
                });
    }

    private CompletableFuture<PutResponse> put(GrpcCall call, PutRequest request) {
        return submit(call, Requests.put(request))
                .thenApply(done ->
                        Answers.put(
                                headers.at(done.revision()),
                                (KeyResult.Written) done.results().getFirst()));
    }

    private CompletableFuture<DeleteRangeResponse> delete(
            GrpcCall call, DeleteRangeRequest request) {
        return submit(call, Requests.delete(request))
                .thenApply(done ->
                        Answers.delete(
                                headers.at(done.revision()),
                                (KeyResult.Deleted) done.results().getFirst()));
    }

    private CompletableFuture<TxnResponse> transact(GrpcCall call, TxnRequest request) {
        return submit(call, Requests.transaction(request))
                .thenApply(done -> Answers.transaction(headers.at(done.revision()), done));
    }

    private CompletableFuture<CompactionResponse> compact(
            GrpcCall call, CompactionRequest request) {
        var command = new CompactKeys(call.principal(), new Revision(request.getRevision()));
        return parts.lanes()
                .submit(call.principal(), command)
                .thenApply(Answers::accepted)
                .thenApply(done ->
                        CompactionResponse.newBuilder()
                                .setHeader(headers.at(done.revision()))
                                .build());
    }

    private CompletableFuture<Reply.Transacted> submit(GrpcCall call, KeyRequest request) {
        return submit(call, KeyTransaction.of(request));
    }

    private CompletableFuture<Reply.Transacted> submit(GrpcCall call, KeyTransaction transaction) {
        return parts.lanes()
                .submit(call.principal(), new Transact(call.principal(), transaction))
                .thenApply(Answers::transacted);
    }
}
