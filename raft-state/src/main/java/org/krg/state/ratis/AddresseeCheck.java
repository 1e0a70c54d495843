// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes only what is said to this incarnation of the node. Ratis 3.3.0 looks at the group alone: a
/// node that lost its data and comes back at its address would vote as the one it was, without what
/// that one had acknowledged, and be sent two snapshots at a time, each of which disturbs the
/// other.
final class AddresseeCheck implements ServerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(AddresseeCheck.class);

    private final RaftPeerId self;

    /// Whom messages were for that were refused: each is told of once.
    private final Set<RaftPeerId> others = ConcurrentHashMap.newKeySet();

    AddresseeCheck(RaftPeerId self) {
        this.self = self;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new RaftMessages.Checked<>(
                next.startCall(call, headers),
                call,
                message -> RaftMessages.header(message).flatMap(this::refusal));
    }

    private Optional<String> refusal(RaftRpcRequestProto header) {
        var other = RaftPeerId.valueOf(header.getReplyId());
        if (other.equals(self)) {
            return Optional.empty();
        }
        if (others.add(other)) {
            log.info(
                    "raft messages for another are refused node={} for={} from={}",
                    self,
                    other,
                    RaftPeerId.valueOf(header.getRequestorId()));
        }
        return Optional.of("this is " + self + ", not " + other);
    }
}
