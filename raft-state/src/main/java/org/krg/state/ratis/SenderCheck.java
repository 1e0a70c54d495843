// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.Optional;
import java.util.function.Predicate;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets in what one member says to another, from certificates of nodes, when the message names the
/// certificate's node as its sender. Ratis itself takes a message from whoever passed the
/// handshake.
///
/// The services for clients and administrators are refused to everybody: krg calls its own server
/// without them.
final class SenderCheck implements ServerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(SenderCheck.class);

    private final Predicate<CertificateName> believed;

    /// @param believed asked for every message: a connection may outlive its certificate
    SenderCheck(Predicate<CertificateName> believed) {
        this.believed = believed;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var peer = MutualTls.findPeer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        var method = call.getMethodDescriptor();
        if (!RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(method.getServiceName())) {
            return refuse(call, "the service " + method.getServiceName() + " is closed");
        }
        var node = peer.flatMap(name -> name.node());
        if (node.isEmpty()) {
            return refuse(call, "only nodes speak Raft");
        }
        return new RaftMessages.Checked<>(
                next.startCall(call, headers),
                call,
                message -> {
                    var refusal = refusal(peer.get(), node.get(), message);
                    refusal.ifPresent(why -> tell(call, why));
                    return refusal;
                });
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
        tell(call, why);
        RaftMessages.close(call, why);
        return new ServerCall.Listener<>() {};
    }

    private static void tell(ServerCall<?, ?> call, String why) {
        log.warn(
                "raft call refused from={} peer={} method={} reason={}",
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                MutualTls.findPeer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                        .map(Object::toString)
                        .orElse("nobody"),
                call.getMethodDescriptor().getFullMethodName(),
                why);
    }

    private Optional<String> refusal(CertificateName shown, NodeId node, Object message) {
        if (sender(message).filter(node::equals).isEmpty()) {
            return Optional.of(
                    "the certificate of node " + node + " does not speak for the sender");
        }
        return believed.test(shown)
                ? Optional.empty()
                : Optional.of("node " + node + " was removed");
    }

    /// {@return the node that a message says it is from; nobody for a kind that is not known}
    private static Optional<NodeId> sender(Object message) {
        try {
            return RaftMessages.header(message)
                    .map(header -> RaftPeerId.valueOf(header.getRequestorId()))
                    .map(RatisMember::nodeOf);
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
    }
}
