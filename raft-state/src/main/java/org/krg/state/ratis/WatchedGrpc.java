// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.List;
import java.util.Optional;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.krg.state.ConnectionLimits;
import org.krg.state.StateConfig;
import org.krg.state.ratis.files.MemberFiles;

/// Ratis' gRPC whose log appenders show their followers' answers to [LeadershipRounds], and which
/// tells of no vote and of no chunk of a snapshot that is not durable. Ratis makes an instance by
/// the class name, which is why the type and its constructor are public.
public final class WatchedGrpc implements RpcType {
    private static final String ROUNDS = "krg.rounds";
    private static final String NAMES = "krg.names";
    private static final String ARRIVING = "krg.arriving";
    private static final String ADDRESSEE = "krg.addressee";

    /// For Ratis only.
    public WatchedGrpc() {}

    /// @param portClosed run when the server's port has been closed
    static Parameters parameters(
            LeadershipRounds rounds,
            DurableNames names,
            ConnectionLimits limits,
            Runnable portClosed,
            StateConfig config) {
        var parameters = new Parameters();
        config.tls()
                .ifPresentOrElse(
                        tls -> RaftSecurity.protect(parameters, limits, portClosed, tls),
                        () -> RaftSecurity.limit(parameters, limits, portClosed));
        parameters.put(ROUNDS, rounds, LeadershipRounds.class);
        parameters.put(NAMES, names, DurableNames.class);
        parameters.put(
                ARRIVING,
                new ArrivingSnapshot(new MemberFiles(config.directory(), config.cluster())),
                ArrivingSnapshot.class);
        parameters.put(
                ADDRESSEE,
                new AddresseeCheck(RatisMember.peerId(config.self(), config.incarnation())),
                AddresseeCheck.class);
        return parameters;
    }

    @Override
    public String name() {
        return WatchedGrpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        private final LeadershipRounds rounds;
        private final DurableNames names;

        Factory(Parameters parameters) {
            super(intercepting(parameters));
            this.rounds = parameters.getNonNull(ROUNDS, LeadershipRounds.class);
            this.names = parameters.getNonNull(NAMES, DurableNames.class);
        }

        /// Adds to whatever else is done about the services.
        private static Parameters intercepting(Parameters parameters) {
            var names = parameters.getNonNull(NAMES, DurableNames.class);
            var arriving = parameters.getNonNull(ARRIVING, ArrivingSnapshot.class);
            var addressee = parameters.getNonNull(ADDRESSEE, AddresseeCheck.class);
            var others =
                    Optional.ofNullable(GrpcConfigKeys.Server.servicesCustomizer(parameters))
                            .orElseGet(GrpcServices.Customizer::getDefaultInstance);
            var direct = new DirectCalls();
            GrpcConfigKeys.Server.setServicesCustomizer(
                    parameters,
                    (builder, types) ->
                            others.customize(builder, types)
                                    .callExecutor(direct)
                                    .intercept(direct)
                                    .intercept(names)
                                    .intercept(arriving)
                                    .intercept(addressee));
            return parameters;
        }

        @Override
        public LogAppender newLogAppender(
                RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
            // It has sent nothing yet that would tell of this leadership.
            names.forceVote();
            var appender =
                    new FollowerAppender(server, new Watched(server, leader, rounds), follower);
            rounds.appenderMade(leader, appender).ifPresent(FollowerAppender::supersede);
            return appender;
        }
    }

    /// Passes everything on.
    private record Watched(RaftServer.Division server, LeaderState leader, LeadershipRounds rounds)
            implements LeaderState {
        @Override
        public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
            leader.onAppendEntriesReply(appender, reply);
            rounds.replied(appender, reply);
        }

        @Override
        public void restart(LogAppender appender) {
            leader.restart(appender);
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequestProto(
                FollowerInfo follower,
                List<LogEntryProto> entries,
                TermIndex previous,
                long callId) {
            var request = leader.newAppendEntriesRequestProto(follower, entries, previous, callId);
            var initializing = !isVoter(follower);
            return request.getInitializing() == initializing
                    ? request
                    : request.toBuilder().setInitializing(initializing).build();
        }

        /// A node that joined as a listener is a follower to itself that still begins. Ratis 3.3.0
        /// tells it that it does so even after it was made a voter, and then it never votes; and
        /// the next leader tells it that it does not although it is none, and then it stands for
        /// election when the leader is silent, finds that it may not, and ends.
        private boolean isVoter(FollowerInfo follower) {
            return server.getRaftConf().getCurrentPeers().stream()
                    .anyMatch(peer -> peer.getId().equals(follower.getId()));
        }

        @Override
        public void checkHealth(FollowerInfo follower) {
            leader.checkHealth(follower);
        }

        @Override
        public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
            return leader.onFollowerTerm(follower, followerTerm);
        }

        @Override
        public void onFollowerCommitIndex(FollowerInfo follower, long commitIndex) {
            leader.onFollowerCommitIndex(follower, commitIndex);
        }

        @Override
        public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
            leader.onFollowerSuccessAppendEntries(follower);
        }

        @Override
        public boolean isFollowerBootstrapping(FollowerInfo follower) {
            return leader.isFollowerBootstrapping(follower);
        }
    }
}
