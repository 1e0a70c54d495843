// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.HostFailure;
import org.krg.host.ProgramQuestion;
import org.krg.host.TakeOver;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.engine.Renewals;
import org.krg.host.model.PageAddress;
import org.krg.host.netty.AskService.Asked;
import org.krg.host.proto.PeerWire.Ask;
import org.krg.host.tls.CertificateAuthority;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.Keys;
import org.krg.host.tls.NodeTls;
import org.krg.host.tls.TlsDirectory;
import org.krg.policy.model.NodeLoad;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.ProgramFacts.Presence;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.ConnectionLimits;
import org.krg.state.LeaderLink.Unsent;
import org.krg.state.model.BlockId;
import org.krg.state.model.CertificateName;
import org.krg.state.model.CertificateName.Role;
import org.krg.state.model.HostPort;
import org.krg.state.model.Identity;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Sha256;

/// Two peer ports that talk over loopback.
class PeerPortTest {
    private static final NodeId NEAR = new NodeId("near");
    private static final NodeId FAR = new NodeId("far");
    private static final NodeId THIRD = new NodeId("third");
    private static final UUID CLUSTER = UUID.randomUUID();
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// Answers of 100 KiB: more than buffers of the kernel hold.
    private static final int ASKS = 400;

    private static final NodeLoad LOAD = new NodeLoad(1.5, 20.25, 0.5, 1L << 32);
    private static final ProgramQuestion QUESTION =
            new ProgramQuestion(
                    "/bin/true",
                    new Sha256("0".repeat(64)),
                    "/",
                    new Identity(7, 8, List.of(8, 9), "ann"),
                    List.of(new SegmentId(3), new SegmentId(5)));

    private static final Path DIRECTORY = makeDirectory();
    private static final Keys KEYS = new Keys(CLUSTER, DIRECTORY);

    private final HostPort address = freeAddress();
    private final MetricRegistry metrics = new MetricRegistry();
    private final ConnectionLimits limits = new ConnectionLimits("peer", 8, 4, metrics);
    private final Answers answers = new Answers();
    private final PeerPort far = port(FAR, CLUSTER, KEYS.node("far"));
    private PeerPort near = port(NEAR, CLUSTER, KEYS.node("near"));

    @TempDir private Path directory;
    private final List<PeerPort> strict = new ArrayList<>();

    /// Answers that tell what was asked.
    private static final class Answers implements Asked {
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public CompletableFuture<byte[]> state(byte[] request) {
            asked.incrementAndGet();
            var text = new String(request, StandardCharsets.UTF_8);
            return CompletableFuture.completedFuture(
                    ("answer to " + text).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public ProgramFacts probe(ProgramQuestion question) {
            return new ProgramFacts(Presence.DIFFERENT, question.toString(), 12, LOAD);
        }

        @Override
        public CompletableFuture<Renewals.Answer> renew(NodeId node, long agentStarts) {
            return switch ((int) agentStarts) {
                case 1 ->
                        CompletableFuture.completedFuture(
                                new Renewals.Answer.Granted(new Revision(41)));
                case 2 ->
                        CompletableFuture.completedFuture(
                                new Renewals.Answer.Refused("not the lease of " + node));
                default -> CompletableFuture.failedFuture(new NoQuorum("does not lead"));
            };
        }

        @Override
        public CompletableFuture<StateHash> digest(long after) {
            return CompletableFuture.completedFuture(hash(after));
        }

        @Override
        public CompletableFuture<FileAnswer> file(FileQuestion question) {
            return CompletableFuture.completedFuture(
                    switch (question) {
                        case FileQuestion.Prepare prepare when prepare.create() ->
                                new FileAnswer.Done(prepare.sizeBytes());
                        case FileQuestion.Prepare prepare ->
                                new FileAnswer.Failed(13, prepare.toString());
                        case FileQuestion.Write write when write.ticket() == 7 ->
                                new FileAnswer.Pending();
                        case FileQuestion.Write write -> new FileAnswer.Failed(5, write.toString());
                    });
        }

        @Override
        public TakeOver.Answer takeOver(TakeOver question) {
            return question.pages().isEmpty()
                    ? new TakeOver.Answer.Declines(question.toString())
                    : new TakeOver.Answer.Takes(question.pages().size());
        }

        @Override
        public PageAddress pagePort() {
            return new PageAddress(new HostPort("127.0.0.1", 7), new byte[] {1, 2});
        }

        @Override
        public CompletableFuture<List<Term>> terms(List<LeaseId> leases, boolean renews) {
            return renews
                    ? CompletableFuture.completedFuture(
                            leases.stream().map(PeerPortTest::term).toList())
                    : CompletableFuture.failedFuture(new NoQuorum("does not lead"));
        }
    }

    private static StateHash hash(long after) {
        return new StateHash(after + 1, new Revision(5), new Sha256("ab".repeat(32)));
    }

    private static Term term(LeaseId lease) {
        return lease.value() == 0
                ? new Term.Over()
                : new Term.Lasts(Duration.ofSeconds(lease.value()), Duration.ofMillis(7));
    }

    @AfterAll
    static void removeKeys() throws IOException {
        try (var files = Files.walk(DIRECTORY)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
        strict.forEach(PeerPort::close);
    }

    @Test
    void aNodeTellsWhereItsPageMessagesGo() throws Exception {
        listen();

        var port = get(new PeerAsks(near).pagePort(FAR));

        assertThat(port.address()).isEqualTo(new HostPort("127.0.0.1", 7));
        assertThat(port.key()).containsExactly(1, 2);
    }

    @Test
    void aNodeTellsTheDigestOfItsReplica() throws Exception {
        listen();

        assertThat(get(new PeerAsks(near).digest(FAR, 41))).isEqualTo(hash(41));
    }

    @Test
    void aNodeIsAskedAboutTheFileOfASegment() throws Exception {
        listen();
        var asks = new PeerAsks(near);
        var owner = new Identity(7, 8, List.of(8, 9), "ann");
        var there = new FileQuestion.Prepare("/srv/file", owner, 1L << 40, true, 5);
        var missing = new FileQuestion.Prepare("/srv/file", owner, 0, false, -5);
        var write = new FileQuestion.Write(new SegmentId(3), 4, 5, -6);

        assertThat(get(asks.file(FAR, there))).isEqualTo(new FileAnswer.Done(1L << 40));
        assertThat(get(asks.file(FAR, missing)))
                .isEqualTo(new FileAnswer.Failed(13, missing.toString()));
        assertThat(get(asks.file(FAR, write)))
                .isEqualTo(new FileAnswer.Failed(5, write.toString()));
        assertThat(get(asks.file(FAR, new FileQuestion.Write(new SegmentId(3), 4, 5, 7))))
                .isEqualTo(new FileAnswer.Pending());
    }

    @Test
    void aNodeThatEndsAsksAnotherToTakePages() throws Exception {
        listen();
        var asks = new PeerAsks(near);
        var block = new BlockId(new SegmentId(3), 7);
        var nothing = new TakeOver(block, List.of());

        assertThat(get(asks.takeOver(FAR, new TakeOver(block, List.of(0, 511)))))
                .isEqualTo(new TakeOver.Answer.Takes(2));
        assertThat(get(asks.takeOver(FAR, nothing)))
                .isEqualTo(new TakeOver.Answer.Declines(nothing.toString()));
    }

    @Test
    void theLeaderIsAskedAboutManyLeasesAtOnce() throws Exception {
        listen();
        var asks = new PeerAsks(near);
        var leases = List.of(new LeaseId(3), new LeaseId(0), new LeaseId(1L << 40));

        assertThat(get(asks.terms(FAR, leases, true)))
                .containsExactlyElementsOf(leases.stream().map(PeerPortTest::term).toList());
        assertThatThrownBy(() -> get(asks.terms(FAR, leases, false)))
                .hasMessageContaining("does not lead");
    }

    @Test
    void asksAreAnsweredByTheNodeThatIsMeant() throws Exception {
        listen();
        var asks = new PeerAsks(near);

        assertThat(get(asks.ask(FAR, bytes("one")))).isEqualTo(bytes("answer to one"));
        assertThat(get(asks.probe(FAR, QUESTION)))
                .isEqualTo(new ProgramFacts(Presence.DIFFERENT, QUESTION.toString(), 12, LOAD));
        assertThat(get(asks.renew(FAR, NEAR, 1)))
                .isEqualTo(new Renewals.Answer.Granted(new Revision(41)));
        assertThat(get(asks.renew(FAR, NEAR, 2)))
                .isEqualTo(new Renewals.Answer.Refused("not the lease of near"));
    }

    @Test
    void whatTheOtherSideCannotAnswerFailsWithItsReason() {
        listen();

        assertThatThrownBy(() -> get(new PeerAsks(near).renew(FAR, NEAR, 3)))
                .hasRootCauseInstanceOf(AskFailed.class)
                .hasMessageContaining("does not lead");
    }

    @Test
    void aNodeThatCannotBeReachedWasSurelyNotAsked() {
        var asks = new PeerAsks(near);

        assertThatThrownBy(() -> get(asks.ask(FAR, bytes("one")))).hasCauseInstanceOf(Unsent.class);
        assertThatThrownBy(() -> get(asks.ask(THIRD, bytes("one"))))
                .hasCauseInstanceOf(Unsent.class)
                .hasStackTraceContaining("not known where node third is");
    }

    @Test
    void aNodeThatIsBackIsAskedAgain() throws Exception {
        var asks = new PeerAsks(near);
        assertThatThrownBy(() -> get(asks.ask(FAR, bytes("early")))).isNotNull();

        listen();

        assertThat(get(asks.ask(FAR, bytes("late")))).isEqualTo(bytes("answer to late"));
    }

    @Test
    void aNodeSpeaksForItselfOnlyAndUsersNotAtAll() {
        listen();
        for (var other :
                List.of(
                        KEYS.node("third"),
                        KEYS.node("nearer"),
                        KEYS.user(Role.CLIENT, "near"),
                        KEYS.user(Role.ADMIN, "near"))) {
            near.close();
            near = port(NEAR, CLUSTER, other);
            assertThatThrownBy(() -> near.open(FAR, AskService.NAME))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the certificate is not that of node near");
        }
    }

    @Test
    void whoHasNoGoodCertificateIsNotHeard() {
        listen();
        for (var other :
                List.of(new Keys(CLUSTER, directory).node("near"), KEYS.expiredNode("near"))) {
            near.close();
            near = port(NEAR, CLUSTER, other);
            assertThatThrownBy(() -> near.open(FAR, AskService.NAME))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRemovedNodeIsNotHeard() {
        var removed = KEYS.node("far");
        removed.believeOnly(name -> !name.name().equals("near") || name.number() > 7);
        address(removed);
        near.close();
        near = port(NEAR, CLUSTER, KEYS.node("near", 7));
        assertThatThrownBy(() -> near.open(FAR, AskService.NAME)).isInstanceOf(IOException.class);
        near.close();
        near = port(NEAR, CLUSTER, KEYS.node("near", 8));

        assertThatCode(() -> near.open(FAR, AskService.NAME).close().sync())
                .doesNotThrowAnyException();
    }

    @Test
    void aNodeIsNotHeardAnyMoreOnAConnectionThatIsOlderThanItsRemoval() throws Exception {
        var members = KEYS.node("far");
        address(members);
        var asks = new PeerAsks(near);
        assertThat(get(asks.ask(FAR, bytes("one")))).isEqualTo(bytes("answer to one"));

        members.believeOnly(name -> !name.name().equals("near"));

        assertThatThrownBy(() -> get(asks.ask(FAR, bytes("two")))).isNotNull();
    }

    @Test
    void whoeverStandsAtTheAddressMustBeTheNodeThatIsMeant() {
        address(KEYS.node("third"));

        assertThatThrownBy(() -> near.open(FAR, AskService.NAME))
                .hasMessageContaining("has no certificate of node far");
    }

    @Test
    void aNewCertificateIsShownWithoutARestart() throws Exception {
        var files = TlsDirectory.ofNode(directory);
        write(files, "near", Instant.now().minus(Duration.ofDays(400)));
        var tls = NodeTls.open(files, CLUSTER);
        near.close();
        near = port(NEAR, CLUSTER, tls);
        listen();
        assertThatThrownBy(() -> near.open(FAR, AskService.NAME)).isInstanceOf(IOException.class);

        write(files, "near", Instant.now());
        tls.reload();

        assertThat(near.open(FAR, AskService.NAME).isActive()).isTrue();
    }

    private void write(TlsDirectory files, String node, Instant now) {
        var request = KeyRequest.make(node);
        var name = CertificateName.node(CLUSTER, new NodeId(node), 0);
        var life = CertificateAuthority.NODE_LIFE;
        var certificate =
                KEYS.authority().sign(request.text(), name, List.of("127.0.0.1"), now, life);
        files.write(certificate, request.keyText(), KEYS.authority().certificate());
    }

    @Test
    void anotherClusterAndAnUnknownServiceAreRefused() {
        listen();
        assertThatThrownBy(() -> near.open(FAR, "tea"))
                .hasMessageContaining("there is no service tea");
        near.close();
        near = port(NEAR, UUID.randomUUID(), KEYS.node("near"));

        assertThatThrownBy(() -> near.open(FAR, AskService.NAME))
                .hasMessageContaining("this is cluster " + CLUSTER);
    }

    @Test
    void nonsenseEndsTheConnection() throws Exception {
        listen();
        try (var socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(bytes("GET / HTTP/1.1\r\n\r\n"));

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void oneAddressOpensNoMoreConnectionsThanItMay() throws Exception {
        listen();
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 4; i++) {
                open.add(new Socket(address.host(), address.port()));
            }
            try (var fifth = new Socket(address.host(), address.port())) {
                fifth.setSoTimeout((int) LIMIT.toMillis());
                assertThat(fifth.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(metrics.counter("krg.peer.connections_refused_total").getCount())
                    .isEqualTo(1);
            open.removeFirst().close();
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(near.open(FAR, AskService.NAME).isActive()).isTrue());
        } finally {
            for (var socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedForLong() throws Exception {
        listen();
        try (var silent = new Socket(address.host(), address.port())) {
            silent.setSoTimeout((int) LIMIT.toMillis());
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(metrics.counter("krg.peer.connections_silent_total").getCount()).isEqualTo(1);
    }

    @Test
    void aMessageThatSaysItIsLongerThanAllowedIsNotWaitedFor() throws Exception {
        listen();
        var channel = near.open(FAR, AskService.NAME);
        var prefix = channel.alloc().buffer().writeInt(Integer.MAX_VALUE).writeLong(0).writeLong(0);

        channel.writeAndFlush(prefix).sync();
        channel.config().setAutoRead(true);

        assertThat(channel.closeFuture().await(LIMIT.toMillis())).isTrue();
    }

    @Test
    void whoAsksAndReadsNoAnswersIsReadNoMore() throws Exception {
        listen();
        var channel = near.open(FAR, AskService.NAME);
        var kilobytes = "x".repeat(100 << 10);
        for (var id = 1; id <= ASKS; id++) {
            var state = ByteString.copyFromUtf8(kilobytes);
            var _ = Frames.send(channel, Ask.newBuilder().setId(id).setState(state).build());
        }
        // What neither side holds waits at the asker: its kernel takes no more.
        await().during(Duration.ofMillis(500)).atMost(LIMIT).until(() -> !channel.isWritable());
        assertThat(answers.asked.get()).isLessThan(ASKS);
        assertThat(get(new PeerAsks(near).ask(FAR, bytes("other"))))
                .isEqualTo(bytes("answer to other"));

        channel.pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext context, Object answer) {
                                ReferenceCountUtil.release(answer);
                            }
                        });
        channel.config().setAutoRead(true);
        await().atMost(LIMIT).until(() -> answers.asked.get() == ASKS + 1);
    }

    @Test
    void aTakenAddressIsNamed() throws Exception {
        try (var taken = new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(this::listen)
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining(address.toString());
        }
    }

    private void listen() {
        Supplier<ChannelHandler> service = () -> new AskService(answers, Runnable::run);
        far.listen(Map.of(AskService.NAME, service));
    }

    /// Opens the port of node far with other keys.
    private void address(NodeTls tls) {
        var port = port(FAR, CLUSTER, tls);
        strict.add(port);
        port.listen(Map.of(AskService.NAME, () -> new AskService(answers, Runnable::run)));
    }

    private static Path makeDirectory() {
        try {
            return Files.createTempDirectory("krg-keys");
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private PeerPort port(NodeId self, UUID cluster, NodeTls tls) {
        return PeerPort.open(
                new PeerConfig(cluster, self, address, tls.mutual(), limits),
                node -> node.equals(FAR) ? Optional.of(address) : Optional.empty());
    }

    private static HostPort freeAddress() {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", probe.getLocalPort());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
