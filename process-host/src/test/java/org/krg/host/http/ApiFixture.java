// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.krg.host.CertificateRenewal;
import org.krg.host.HostFailure;
import org.krg.host.engine.Destinations;
import org.krg.host.engine.ReplicaComparison;
import org.krg.host.etcd.EtcdConfig;
import org.krg.host.etcd.EtcdFace;
import org.krg.host.etcd.EtcdParts;
import org.krg.host.http.TestClient.Answer;
import org.krg.host.tls.DirectorySigner;
import org.krg.host.tls.Keys;
import org.krg.host.tls.NodeTls;
import org.krg.policy.bundle.Bundle;
import org.krg.policy.core.LeastLoaded;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore;
import org.krg.state.command.Command;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Operation;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.Reply;
import org.krg.state.core.Authority;
import org.krg.state.model.HostPort;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SessionId;
import org.krg.state.model.Usage;
import org.krg.state.model.User;
import org.krg.testkit.Samples;
import org.krg.testkit.StateCluster;

/// Two APIs, of nodes n1 and n2, over one real store, so that a request can be passed on. What the
/// agents would report is proposed by the test.
final class ApiFixture implements AutoCloseable {
    static final UUID CLUSTER = UUID.randomUUID();
    static final NodeId HERE = Samples.HOME;
    static final NodeId AWAY = Samples.AWAY;

    private final StateCluster cluster;
    private final AtomicLong sequence = new AtomicLong();
    private final TestClient client;
    private final ApiServer hereApi;
    private final ApiServer awayApi;
    volatile boolean begins;
    volatile Optional<String> notReady = Optional.empty();
    volatile CertificateRenewal renewal = () -> Instant.EPOCH;

    /// How far the clock of n1 is ahead of the machine's.
    volatile Duration ahead = Duration.ZERO;

    volatile Optional<HostFailure> left = Optional.empty();
    final List<String> problems = new CopyOnWriteArrayList<>();
    final RecordingAudit audited = new RecordingAudit();
    final NoContents contents = new NoContents();
    final MetricRegistry metrics = new MetricRegistry();
    final ClusterStore store;
    final UserParts users;
    final FakeProcessHost here = new FakeProcessHost();
    final FakeProcessHost away = new FakeProcessHost();
    final Path directory;
    final Keys keys;

    /// Shows the certificate of a node.
    final TestClient agent;

    private ApiFixture(Path directory, int members) {
        this.directory = directory;
        cluster = StateCluster.start(directory, members);
        keys = new Keys(CLUSTER, directory.resolve("keys"));
        store = cluster.store(cluster.awaitLeader());
        users = new UserParts(store);
        hereApi = open(HERE, here);
        client = new TestClient(hereApi.address());
        agent = new TestClient(hereApi.address(), keys.node("n3"));
        awayApi = open(AWAY, away);
        register(HERE, hereApi.address());
        register(AWAY, awayApi.address());
    }

    static ApiFixture start(Path directory) {
        return start(directory, 1);
    }

    /// The store is that of the leader of so many members, n1, n2, …
    static ApiFixture start(Path directory, int members) {
        return new ApiFixture(directory, members);
    }

    /// Every node says that it has every program.
    static final Destinations DESTINATIONS =
            new Destinations(
                    new LeastLoaded(),
                    (_, _) ->
                            CompletableFuture.completedFuture(
                                    new ProgramFacts(ProgramFacts.Presence.SAME, "")),
                    InstantSource.system());

    /// Every node tells the digest of this store.
    static ReplicaComparison comparison(ClusterStore store) {
        return new ReplicaComparison(
                store, (_, _) -> CompletableFuture.supplyAsync(store::hash), new MetricRegistry());
    }

    private ApiServer open(NodeId node, FakeProcessHost host) {
        var tls = keys.node(node.name());
        tls.believeOnly(name -> store.image().access().isValid(name));
        InstantSource clock = () -> Instant.now().plus(node.equals(HERE) ? ahead : Duration.ZERO);
        return ApiServer.open(
                new ApiConfig(
                        node,
                        directory.resolve("api-" + node),
                        new HostPort("127.0.0.1", 0),
                        CLUSTER,
                        "test",
                        tls.mutual(),
                        "0.1.0"),
                new ApiParts(
                        store,
                        users.leases,
                        users.queues,
                        host,
                        DESTINATIONS,
                        Bundle::read,
                        metrics,
                        () -> List.copyOf(problems),
                        () -> notReady,
                        clock,
                        new DirectorySigner(keys.signer(node.name()).directory(), clock),
                        () -> renewal.renew(),
                        host::rekey,
                        new NoPages(() -> !begins),
                        contents,
                        audited,
                        comparison(store),
                        () -> left),
                (server, admission) ->
                        new EtcdFace(
                                        new EtcdConfig(node, UUID.randomUUID(), "0.1.0"),
                                        new EtcdParts(
                                                store, users.lanes, users.leases, users.queues))
                                .open(server, admission));
    }

    private void register(NodeId id, HostPort api) {
        var node = Samples.node(id, 1);
        propose(
                new RegisterNode(
                        new Node(
                                id,
                                1,
                                0,
                                node.role(),
                                new NodeAddresses(
                                        api, node.addresses().raft(), node.addresses().peer()),
                                node.capacity(),
                                node.capabilities(),
                                node.leaseTtl(),
                                node.state(),
                                node.since()),
                        Samples.START));
    }

    /// Has another node register, whose API is elsewhere.
    void register(String node, HostPort api) {
        register(new NodeId(node), api);
    }

    /// Ends a member that does not lead.
    void end(NodeId member) {
        cluster.stop(member);
    }

    /// Has a node register, again after it was lost.
    void bringBack(NodeId node) {
        register(node, (node.equals(HERE) ? hereApi : awayApi).address());
    }

    /// {@return all routes, as `METHOD PATTERN`}
    List<String> routes() {
        return hereApi.routes();
    }

    /// {@return a client that shows a certificate}
    TestClient as(NodeTls tls) {
        return new TestClient(hereApi.address(), tls);
    }

    /// {@return the same at the other node}
    TestClient away(NodeTls tls) {
        return new TestClient(awayApi.address(), tls);
    }

    HostPort address() {
        return hereApi.address();
    }

    /// Proposes what an agent or the leader would.
    Reply.Accepted propose(Command command) {
        // To vouch for a lost node, and to forget it, is an operator's.
        var isOperators = command instanceof FenceNode || command instanceof RemoveNode;
        var principal = isOperators ? User.ROOT : Authority.AGENT;
        var operation =
                new Operation(new SessionId(1), sequence.incrementAndGet(), 0, principal, command);
        var reply = StateCluster.get(store.submit(operation));
        assertThat(reply).isInstanceOf(Reply.Accepted.class);
        return (Reply.Accepted) reply;
    }

    /// Declares, as an operator does, that nothing of a node runs any more.
    void fence(NodeId node) {
        assertThat(post("/v1/nodes/" + node.name() + "/fence", "{}").status()).isEqualTo(200);
    }

    /// Submits a job of that name and brings its process up on a node.
    ProcessId running(String name, NodeId node) {
        var id = new ProcessId(post("/v1/jobs", submission(name)).number("/processes/0/id"));
        place(id, node);
        return id;
    }

    /// Brings a waiting process up on a node.
    void place(ProcessId id, NodeId node) {
        var process = process(id);
        propose(
                new Place(
                        id,
                        process.epoch(),
                        node,
                        Samples.chooses(node),
                        InstantSource.system().instant().plusSeconds(3_600)));
        propose(new ReportStarted(id, process(id).epoch(), node, Samples.START));
    }

    /// Has the process exit.
    void exit(ProcessId id, int code) {
        var process = process(id);
        propose(
                new ReportExit(
                        id,
                        process.epoch(),
                        process.phase().host().orElseThrow(),
                        new Outcome.Exited(code, Usage.UNKNOWN),
                        Samples.START));
    }

    HostedProcess process(ProcessId id) {
        return store.image().processes().require(id);
    }

    static String submission(String name) {
        return """
        {"name":"%s","command":["heat","64"],"workingDirectory":"/","environment":{"PATH":"/bin"}}
        """
                .formatted(name);
    }

    Answer get(String path, String... headers) {
        return client.get(path, headers);
    }

    Answer delete(String path, String... headers) {
        return client.delete(path, headers);
    }

    Answer post(String path, String body, String... headers) {
        return client.post(path, body, headers);
    }

    Answer postRaw(String path, byte[] body, String... headers) {
        return client.postRaw(path, body, headers);
    }

    String text(String path) {
        return client.text(path);
    }

    Stream<String> stream(String path, String... headers) {
        return client.stream(path, headers);
    }

    @Override
    public void close() {
        client.close();
        agent.close();
        hereApi.close();
        awayApi.close();
        users.close();
        cluster.close();
    }
}
