// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.Optional;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;

/// What one member says to another, looked at before Ratis sees it.
final class RaftMessages {
    private RaftMessages() {}

    /// {@return from whom a message is and for whom; nothing for a kind that is not known}
    static Optional<RaftRpcRequestProto> header(Object message) {
        return switch (message) {
            case AppendEntriesRequestProto append -> Optional.of(append.getServerRequest());
            case RequestVoteRequestProto vote -> Optional.of(vote.getServerRequest());
            case InstallSnapshotRequestProto snapshot -> Optional.of(snapshot.getServerRequest());
            case StartLeaderElectionRequestProto start -> Optional.of(start.getServerRequest());
            case ReadIndexRequestProto read -> Optional.of(read.getServerRequest());
            default -> Optional.empty();
        };
    }

    /// Ends a call that is not let in.
    static void close(ServerCall<?, ?> call, String why) {
        call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
    }

    /// Hands on the messages of a call until one is refused, which ends it.
    ///
    /// @param <Q> the messages
    static final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Function<Q, Optional<String>> refusal;
        private final ServerCall<Q, ?> call;
        private boolean passed;
        private boolean refused;

        /// @param refusal says why a message is refused
        Checked(
                ServerCall.Listener<Q> listener,
                ServerCall<Q, ?> call,
                Function<Q, Optional<String>> refusal) {
            super(listener);
            this.call = call;
            this.refusal = refusal;
        }

        @Override
        public void onMessage(Q message) {
            if (refused) {
                return;
            }
            var why = refusal.apply(message);
            if (why.isEmpty()) {
                passed = true;
                super.onMessage(message);
                return;
            }
            refused = true;
            close(call, why.get());
            if (passed) {
                super.onCancel();
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
