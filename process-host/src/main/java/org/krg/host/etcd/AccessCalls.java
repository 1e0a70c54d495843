// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.ResponseHeader;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.krg.host.engine.Lanes;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.Reply;
import org.krg.state.image.Access;
import org.krg.state.image.ClusterImage;

/// Calls about users and roles: root's, as the verbs of krg are.
final class AccessCalls {
    private final ClusterStore store;
    private final Lanes lanes;
    private final Headers headers;

    AccessCalls(ClusterStore store, Lanes lanes, Headers headers) {
        this.store = store;
        this.lanes = lanes;
        this.headers = headers;
    }

    /// Makes a change. Whether the caller may is decided where the command is applied. It is
    /// answered when this node has seen it, so that the next request here is judged by it.
    <A> CompletableFuture<A> change(
            GrpcCall call, AccessCommand command, Function<ResponseHeader, A> answer) {
        return lanes.submit(call.principal(), command)
                .thenCompose(reply -> seen().thenApply(now -> accepted(command, reply, now)))
                .thenApply(done -> answer.apply(headers.at(done.revision())));
    }

    /// Answers from a state that holds every change which was answered before.
    <A> CompletableFuture<A> read(GrpcCall call, BiFunction<ResponseHeader, Access, A> answer) {
        return store.read()
                .thenApply(image -> {
                    if (!image.access().isRoot(call.principal())) {
                        throw EtcdError.PERMISSION_DENIED.failure();
                    }
                    return answer.apply(headers.at(image.revision()), image.access());
                });
    }

    private CompletableFuture<Access> seen() {
        return store.read()
                .exceptionally(failure -> {
                    throw new UnknownOutcome("this node has not seen it yet", failure);
                })
                .thenApply(ClusterImage::access);
    }

    private static Reply.Accepted accepted(AccessCommand command, Reply reply, Access now) {
        if (reply instanceof Reply.Refused refused) {
            throw AccessRefusals.of(command, refused, now);
        }
        return Answers.accepted(reply);
    }
}
