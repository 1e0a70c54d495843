// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.GroupManagementRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.SetConfigurationRequestProto;
import org.apache.ratis.proto.grpc.AdminProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.StateConfig;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.CertificateName.Role;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.SessionId;
import org.krg.testkit.StateCluster;

/// Who may speak on the Raft port of a cluster, tried with the real thing.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RaftTlsTest {
    @TempDir static Path directory;

    private final Map<UUID, Keys> byCluster = new ConcurrentHashMap<>();
    private StateCluster cluster;
    private NodeId leader;
    private volatile boolean isRemoved;

    @BeforeAll
    void start() {
        cluster = StateCluster.start(directory.resolve("nodes"), 3, this::withTls);
        leader = cluster.awaitLeader();
    }

    private StateConfig withTls(StateConfig config) {
        var made =
                byCluster.computeIfAbsent(
                        config.cluster(), id -> new Keys(id, directory.resolve("keys")));
        var tls = made.node(config.self().name());
        tls.believeOnly(name -> !isRemoved || !name.name().equals("n4"));
        return StateConfig.defaults(
                config.cluster(),
                config.self(),
                config.incarnation(),
                config.directory(),
                config.bind(),
                config.members(),
                Optional.of(tls.mutual()));
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    void nodesAgreeOverMutualTls() throws Exception {
        var grant = new GrantLease("cron", Duration.ofSeconds(10));

        var reply =
                cluster.store(leader)
                        .submit(new Operation(new SessionId(7), 1, 0, grant))
                        .get(20, TimeUnit.SECONDS);

        assertThat(reply).isInstanceOf(Reply.Accepted.class);
    }

    @Test
    void aNodeSpeaksForItselfOnly() throws Exception {
        assertThat(vote(keys().node("n2"), "n2")).isNotEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(vote(keys().node("n2"), "n3")).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(vote(keys().node("n2"), "n22")).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void aNodeIsNotHeardOnceItIsRemovedNotEvenOnAnOpenConnection() throws Exception {
        var channel = channel(keys().node("n4"));
        assertThat(code(() -> vote(channel, "n4"))).isNotEqualTo(Status.Code.PERMISSION_DENIED);
        isRemoved = true;
        try {
            assertThat(code(() -> vote(channel, "n4"))).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(vote(keys().node("n4"), "n4")).isEqualTo(Status.Code.UNAVAILABLE);
        } finally {
            isRemoved = false;
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void usersAreNoNodesWhateverTheyMay() throws Exception {
        for (var role : new Role[] {Role.CLIENT, Role.ADMIN}) {
            var user = keys().user(role, "n2");
            assertThat(vote(user, "n2"))
                    .describedAs("%s", role)
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(reconfigure(user)).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(addGroup(user)).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void theServiceForAdministratorsIsClosedToNodesToo() throws Exception {
        assertThat(reconfigure(keys().node("n2"))).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(addGroup(keys().node("n2"))).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void whoeverHasNoGoodCertificateGetsNoAnswer() throws Exception {
        var strangers = new Keys(UUID.randomUUID(), directory.resolve("strangers"));

        assertThat(vote(strangers.node("n2"), "n2")).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(vote(keys().expiredNode("n2"), "n2")).isEqualTo(Status.Code.UNAVAILABLE);
        var plain = NettyChannelBuilder.forAddress("127.0.0.1", raft().port()).usePlaintext();
        assertThat(code(plain.build(), channel -> vote(channel, "n2")))
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void raftDoesNotListenBeyondLoopbackWithoutTls() {
        assertThatThrownBy(() ->
                        StateConfig.defaults(
                                UUID.randomUUID(),
                                new NodeId("n1"),
                                1,
                                directory,
                                new HostPort("0.0.0.0", 7441),
                                List.of(),
                                Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without TLS");
    }

    private Keys keys() {
        return byCluster.values().iterator().next();
    }

    private HostPort raft() {
        return cluster.address(leader);
    }

    private interface Ask {
        void ask(ManagedChannel channel);
    }

    private Status.Code vote(NodeTls tls, String sender) throws Exception {
        return code(channel(tls), channel -> vote(channel, sender));
    }

    private void vote(ManagedChannel channel, String sender) {
        // Of a group that does not exist: were it let in, nothing would happen.
        var request =
                RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8(sender + ".1"))
                        .setReplyId(ByteString.copyFromUtf8(leader + ".1"));
        var _ =
                RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .requestVote(
                                RequestVoteRequestProto.newBuilder()
                                        .setServerRequest(request)
                                        .build());
    }

    private Status.Code reconfigure(NodeTls tls) throws Exception {
        return code(
                channel(tls),
                channel -> {
                    var _ =
                            AdminProtocolServiceGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                                    .setConfiguration(
                                            SetConfigurationRequestProto.getDefaultInstance());
                });
    }

    private Status.Code addGroup(NodeTls tls) throws Exception {
        return code(
                channel(tls),
                channel -> {
                    var _ =
                            AdminProtocolServiceGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                                    .groupManagement(
                                            GroupManagementRequestProto.getDefaultInstance());
                });
    }

    private static Status.Code code(ManagedChannel channel, Ask ask) throws Exception {
        try {
            return code(() -> ask.ask(channel));
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static Status.Code code(Runnable ask) {
        try {
            ask.run();
            return Status.Code.OK;
        } catch (StatusRuntimeException refused) {
            return refused.getStatus().getCode();
        }
    }

    private ManagedChannel channel(NodeTls tls) throws Exception {
        var mutual = tls.mutual();
        var context =
                GrpcSslContexts.configure(
                                SslContextBuilder.forClient()
                                        .keyManager(mutual.keys())
                                        .trustManager(mutual.trust()),
                                SslProvider.JDK)
                        .build();
        return NettyChannelBuilder.forAddress("127.0.0.1", raft().port())
                .sslContext(context)
                .build();
    }
}
