// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Callers;
import org.krg.host.http.access.TokenFile;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.stream.Streams;
import org.krg.state.model.HostPort;

/// The API of a node, open until it is closed.
public final class ApiServer implements AutoCloseable {
    /// Connections at once: one node's callers and the other agents.
    private static final int MOST_CONNECTIONS = 4_096;

    /// Requests at once on one connection: a client of etcd sends all of its own over one.
    private static final long MOST_STREAMS = 1_000;

    /// What is under way when the agent ends may take so long.
    private static final Duration STOP_LIMIT = Duration.ofMillis(500);

    private final Server server;
    private final Replica replica;
    private final Peers peers;
    private final ExecutorService threads;
    private final HostPort address;

    /// What several resources use.
    private record Shared(Replica replica, Peers peers, Streams streams) {}

    private ApiServer(
            Server server,
            Replica replica,
            Peers peers,
            ExecutorService threads,
            HostPort address) {
        this.server = server;
        this.replica = replica;
        this.peers = peers;
        this.threads = threads;
        this.address = address;
    }

    /// Opens the API, and `faces` with it. Throws [HostFailure] when it cannot listen, or would
    /// listen beyond loopback.
    public static ApiServer open(ApiConfig config, ApiParts parts, Face... faces) {
        var bind = loopback(config.bind());
        var token = TokenFile.open(config.data().resolve("identity").resolve("token"));
        var threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("krg-api-", 0).factory());
        var replica = new Replica(parts.store());
        var peers = new Peers(config.secret());
        var builder = server(bind);
        var socket = UnixSocket.prepare(config.data());
        socket.ifPresent(path -> builder.port(DomainSocketAddress.of(path), SessionProtocol.HTTP));
        var callers = new Callers(token, config.secret());
        route(
                new Routing(builder, callers, threads, parts.metrics()),
                config,
                parts,
                new Shared(replica, peers, new Streams(threads)));
        for (var face : faces) {
            face.open(
                    builder,
                    (context, headers) -> callers.require(context, headers).identity().name());
        }
        var server = builder.build();
        try {
            server.start().join();
        } catch (CompletionException failed) {
            replica.close();
            peers.close();
            threads.shutdownNow();
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the API cannot listen on " + config.bind() + ": " + failed.getCause(),
                    "see who listens there with `ss -ltnp`, or choose another listen.api",
                    failed);
        }
        var address = new HostPort(config.bind().host(), port(server));
        return new ApiServer(server, replica, peers, threads, address);
    }

    /// {@return where it listens}
    public HostPort address() {
        return address;
    }

    /// Ends all streams and stops to listen. Blocks for a moment, but not until the threads of
    /// Netty have rested for the seconds that they are made to.
    @Override
    public void close() {
        replica.close();
        var late =
                new CompletableFuture<Void>()
                        .completeOnTimeout(null, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        var _ = CompletableFuture.anyOf(server.stop(), late).join();
        threads.shutdownNow();
        peers.close();
    }

    private static int port(Server server) {
        return server.activePorts().keySet().stream()
                .filter(address -> !(address instanceof DomainSocketAddress))
                .mapToInt(InetSocketAddress::getPort)
                .findFirst()
                .orElseThrow();
    }

    private static ServerBuilder server(InetSocketAddress bind) {
        return Server.builder()
                .port(bind, SessionProtocol.HTTP)
                .requestTimeoutMillis(0)
                .maxRequestLength(Routing.MOST_INPUT)
                .maxNumConnections(MOST_CONNECTIONS)
                .http2MaxStreamsPerConnection(MOST_STREAMS)
                .gracefulShutdown(GracefulShutdown.disabled())
                .unloggedExceptionsReportIntervalMillis(0)
                .disableServerHeader()
                .errorHandler(new ErrorPages());
    }

    private static void route(Routing routes, ApiConfig config, ApiParts parts, Shared shared) {
        var replica = shared.replica();
        var peers = shared.peers();
        var changes = new Changes(parts.store());
        var cluster = new ClusterResource(config, parts, replica);
        var voting = new MemberResource(parts, replica, peers, cluster);
        var nodes = new NodeResource(parts, replica, changes, cluster, voting);
        var reception = new Reception(parts.local(), replica);
        var jobs = new JobResource(parts, replica, changes, reception);
        var processes = new ProcessResource(replica);
        var checkpoints = new CheckpointResource(config.node(), parts, replica, changes, peers);
        var moves = new MigrationResource(config.node(), parts, replica, changes, peers);
        var operations = new OperationResource(config.node(), parts, replica, changes, peers);
        var events = new EventResource(parts.store(), replica, shared.streams());
        var keys = new KeyResource(parts.store(), changes, shared.streams());
        var leases =
                new LeaseResource(parts.store(), replica, changes, parts.leases(), parts.queues());
        var streams = new StreamResource(config.node(), parts, replica, peers, shared.streams());
        routes.get("/v1/status", cluster::status)
                .get("/v1/health", cluster::health)
                .get("/v1/doctor", cluster::doctor)
                .get("/v1/state/hash", cluster::hash)
                .get("/v1/ready", cluster::ready)
                .get("/v1/state/status", cluster::state)
                .get("/v1/state/backup", cluster::backup)
                .get("/metrics", cluster::metrics)
                .get("/v1/nodes", nodes::list)
                .get("/v1/nodes/{name}", nodes::show)
                .post("/v1/nodes/{name}/fence", nodes::fence)
                .post("/v1/nodes/{name}/cordon", nodes::cordon)
                .delete("/v1/nodes/{name}", nodes::remove)
                .get("/v1/join", nodes::join)
                .post("/v1/members", nodes::admit)
                .post("/v1/nodes/{name}/promote", voting::promote)
                .post("/v1/nodes/{name}/demote", voting::demote)
                .post("/v1/nodes/{name}/replace", voting::replace)
                .post("/v1/leader", voting::transfer)
                .get("/v1/jobs", jobs::list)
                .post("/v1/jobs", jobs::submit)
                .get("/v1/jobs/{job}", jobs::show)
                .post("/v1/jobs/{job}/stop", jobs::stop)
                .get("/v1/jobs/{job}/explain", jobs::explain)
                .get("/v1/processes", processes::list)
                .get("/v1/processes/{target}", processes::show)
                .get("/v1/processes/{target}/wait", processes::await)
                .post("/v1/jobs/{job}/signal", streams::signal)
                .postInput("/v1/processes/{target}/stdin", streams::stdin)
                .get("/v1/processes/{target}/logs", streams::logs)
                .get("/v1/processes/{target}/output", streams::output)
                .get("/v1/processes/{target}/restart-mark", streams::restartMark)
                .post("/v1/processes/{target}/checkpoints", checkpoints::create)
                .post("/v1/processes/{target}/migrations", moves::start)
                .get("/v1/processes/{target}/check", moves::check)
                .post("/v1/lacks", moves::lacks)
                .get("/v1/operations", operations::list)
                .get("/v1/operations/{id}", operations::show)
                .get("/v1/operations/{id}/progress", operations::progress)
                .get("/v1/operations/{id}/wait", operations::await)
                .post("/v1/operations/{id}/cancel", operations::cancel)
                .get("/v1/checkpoints", checkpoints::list)
                .get("/v1/checkpoints/{id}", checkpoints::show)
                .delete("/v1/checkpoints/{id}", checkpoints::delete)
                .get("/v1/checkpoints/{id}/manifest", checkpoints::manifest)
                .post("/v1/checkpoints/{id}/restore", checkpoints::restore)
                .get("/v1/keys", keys::range)
                .post("/v1/keys/transaction", keys::transact)
                .post("/v1/keys/compact", keys::compact)
                .get("/v1/keys/history", keys::history)
                .get("/v1/keys/watch", keys::watch)
                .get("/v1/leases", leases::list)
                .post("/v1/leases", leases::grant)
                .get("/v1/leases/{id}", leases::show)
                .post("/v1/leases/{id}/renew", leases::renew)
                .delete("/v1/leases/{id}", leases::revoke)
                .post("/v1/locks", leases::lock)
                .get("/v1/events", events::list)
                .get("/v1/watch", events::watch);
    }

    private static InetSocketAddress loopback(HostPort bind) {
        try {
            var address = InetAddress.getByName(bind.host());
            if (address.isLoopbackAddress()) {
                return new InetSocketAddress(address, bind.port());
            }
        } catch (UnknownHostException unknown) {
            // Answered below like an address of the network.
        }
        throw new HostFailure(
                HostFailure.Code.USAGE,
                "the API does not listen on " + bind.host() + ": it is not encrypted",
                "set listen.api to an address of loopback, 127.0.0.1:7440");
    }
}
