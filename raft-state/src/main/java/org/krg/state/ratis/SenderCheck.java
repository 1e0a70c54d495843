// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.Optional;
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
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
        return new Checked<>(call, peer.get(), node.get(), next.startCall(call, headers));
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
        log.warn(
                "raft call refused from={} peer={} method={} reason={}",
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                MutualTls.findPeer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                        .map(Object::toString)
                        .orElse("nobody"),
                call.getMethodDescriptor().getFullMethodName(),
                why);
        call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private final class Checked<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private final CertificateName shown;
        private final NodeId node;
        private boolean refused;

        Checked(
                ServerCall<Q, A> call,
                CertificateName shown,
                NodeId node,
                ServerCall.Listener<Q> listener) {
            super(listener);
            this.call = call;
            this.shown = shown;
            this.node = node;
        }

        @Override
        public void onMessage(Q message) {
            if (refused) {
                return;
            }
            var speaksForItself = sender(message).filter(node::equals).isPresent();
            if (speaksForItself && believed.test(shown)) {
                super.onMessage(message);
                return;
            }
            refused = true;
            refuse(
                    call,
                    speaksForItself
                            ? "node " + node + " was removed"
                            : "the certificate of node " + node + " does not speak for the sender");
            super.onCancel();
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }

    /// {@return the node that a message says it is from; nobody for a kind that is not known}
    private static Optional<NodeId> sender(Object message) {
        return switch (message) {
            case AppendEntriesRequestProto append -> node(append.getServerRequest());
            case RequestVoteRequestProto vote -> node(vote.getServerRequest());
            case InstallSnapshotRequestProto snapshot -> node(snapshot.getServerRequest());
            case StartLeaderElectionRequestProto start -> node(start.getServerRequest());
            case ReadIndexRequestProto read -> node(read.getServerRequest());
            default -> Optional.empty();
        };
    }

    private static Optional<NodeId> node(RaftRpcRequestProto request) {
        try {
            return Optional.of(RatisMember.nodeOf(RaftPeerId.valueOf(request.getRequestorId())));
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
    }
}
