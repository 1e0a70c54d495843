// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.common.util.TlsEngineType;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.ClientAuth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.krg.host.Admitted;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Callers;
import org.krg.host.http.access.Permit;
import org.krg.host.http.access.TokenFile;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.stream.Streams;
import org.krg.state.ConnectionLimits;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;

/// The API of a node, open until it is closed.
public final class ApiServer implements AutoCloseable {
    /// Requests at once on one connection: a client of etcd sends all of its own over one.
    private static final long MOST_STREAMS = 1_000;

    /// Streams that one connection may cut off within so many seconds.
    private static final int MOST_RESETS = 400;

    private static final int RESET_SECONDS = 30;

    /// Answers on one connection that leave in one call of the system, at most: those that are
    /// ready together, after a commit or a confirmed round of reads.
    private static final int MOST_ANSWERS = 256;

    /// Bytes of a request's headers.
    private static final int MOST_HEADERS = 16 * 1024;

    /// What is under way when the agent ends may take so long.
    private static final Duration STOP_LIMIT = Duration.ofMillis(500);

    private final Server server;
    private final Replica replica;
    private final Peers peers;
    private final ConnectionLimits limits;
    private final Shares shares;
    private final ExecutorService threads;
    private final HostPort address;

    /// What several resources use.
    private record Shared(Replica replica, Peers peers, Streams streams) {}

    private ApiServer(
            Server server,
            Replica replica,
            Peers peers,
            ConnectionLimits limits,
            Shares shares,
            ExecutorService threads,
            HostPort address) {
        this.server = server;
        this.replica = replica;
        this.peers = peers;
        this.limits = limits;
        this.shares = shares;
        this.threads = threads;
        this.address = address;
    }

    /// Opens the API, and `faces` with it. Throws [HostFailure] when it cannot listen.
    public static ApiServer open(ApiConfig config, ApiParts parts, Face... faces) {
        var token = TokenFile.open(config.data().resolve("identity").resolve("token"));
        var threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("krg-api-", 0).factory());
        var replica = new Replica(parts.store());
        var peers = new Peers(config.tls());
        var limits = ConnectionLimits.of("api", parts.metrics());
        var shares = Shares.ofHeap(parts.metrics());
        var builder = server(config, limits, shares);
        var socket = UnixSocket.prepare(config.data());
        socket.ifPresent(path -> builder.port(DomainSocketAddress.of(path), SessionProtocol.HTTP));
        var callers = new Callers(token, () -> parts.store().image().access(), parts.wall());
        var ledger = new Ledger(parts.audit(), parts.wall());
        route(
                new Routing(
                        builder,
                        callers,
                        parts.store()::image,
                        parts.left(),
                        threads,
                        ledger,
                        shares,
                        parts.metrics()),
                config,
                parts,
                new Shared(replica, peers, new Streams(threads)));
        for (var face : faces) {
            face.open(
                    builder,
                    (context, request) -> admitted(callers, ledger, shares, context, request));
        }
        var server = builder.build();
        try {
            server.start().join();
        } catch (CompletionException failed) {
            replica.close();
            peers.close();
            limits.close();
            shares.close();
            threads.shutdownNow();
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the API cannot listen on %s: %s".formatted(places(config), failed.getCause()),
                    "see who listens there with `ss -ltnp`, or choose another listen.api",
                    failed);
        }
        var address = new HostPort(config.bind().host(), port(server));
        return new ApiServer(server, replica, peers, limits, shares, threads, address);
    }

    private static Admitted admitted(
            Callers callers,
            Ledger ledger,
            Shares shares,
            ServiceRequestContext context,
            HttpRequest request) {
        try {
            var caller = callers.require(context, request.headers());
            var memory = shares.enter(context, caller.principal());
            return new Admitted(
                    caller.principal(),
                    (subject, status) -> ledger.note(context, caller, subject, status),
                    memory,
                    mostBytes -> Intake.whole(context, request, memory, mostBytes));
        } catch (HostFailure refused) {
            ledger.refused(context);
            throw refused;
        }
    }

    /// {@return its routes, as `METHOD PATTERN`}
    List<String> routes() {
        return server.config().serviceConfigs().stream()
                .map(service -> service.route())
                .flatMap(route ->
                        route.methods().stream()
                                .map(method -> method + " " + route.patternString()))
                .toList();
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
        limits.close();
        shares.close();
    }

    private static int port(Server server) {
        return server.activePorts().keySet().stream()
                .filter(address -> !(address instanceof DomainSocketAddress))
                .mapToInt(InetSocketAddress::getPort)
                .findFirst()
                .orElseThrow();
    }

    private static ServerBuilder server(ApiConfig config, ConnectionLimits limits, Shares shares) {
        var builder = Server.builder();
        doors(config).forEach(builder::port);
        return builder.tls(new OwnKeys(config.tls()))
                .tlsEngineType(TlsEngineType.JDK)
                .tlsCustomizer(context ->
                        context.trustManager(config.tls().trustFormer())
                                .clientAuth(ClientAuth.OPTIONAL)
                                .protocols(MutualTls.VERSION))
                .http2MaxResetFramesPerWindow(MOST_RESETS, RESET_SECONDS)
                .http1MaxHeaderSize(MOST_HEADERS)
                .http2MaxHeaderListSize(MOST_HEADERS)
                .requestTimeoutMillis(0)
                .maxRequestLength(Routing.MOST_INPUT)
                .childChannelPipelineCustomizer(pipeline -> {
                    pipeline.addFirst(new FlushConsolidationHandler(MOST_ANSWERS, true));
                    ConnectionGate.guard(pipeline, limits);
                })
                .http2MaxStreamsPerConnection(MOST_STREAMS)
                .gracefulShutdown(GracefulShutdown.disabled())
                .unloggedExceptionsReportIntervalMillis(0)
                .disableServerHeader()
                .errorHandler(new ErrorPages(shares));
    }

    /// Where it listens. An agent that others reach is asked on loopback, too, at the same port: by
    /// whoever root is on its machine, which is how the first certificate of an administrator comes
    /// about.
    private static List<ServerPort> doors(ApiConfig config) {
        var bind = resolve(config.bind());
        var everything = List.of(SessionProtocol.HTTP, SessionProtocol.HTTPS);
        if (bind.getAddress().isLoopbackAddress()) {
            return List.of(new ServerPort(bind, everything));
        }
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), bind.getPort());
        return List.of(
                new ServerPort(bind, List.of(SessionProtocol.HTTPS)),
                new ServerPort(loopback, everything));
    }

    private static String places(ApiConfig config) {
        return doors(config).stream()
                .map(door ->
                        door.localAddress().getHostString() + ":" + door.localAddress().getPort())
                .collect(Collectors.joining(" and "));
    }

    private static void route(Routing routes, ApiConfig config, ApiParts parts, Shared shared) {
        var replica = shared.replica();
        var peers = shared.peers();
        var changes = new Changes(parts.store());
        var cluster = new ClusterResource(config, parts, replica);
        var voting = new MemberResource(parts, replica, peers, changes, cluster);
        var nodes = new NodeResource(parts, replica, changes, cluster, voting);
        var reception = new Reception(parts.local(), replica);
        var jobs = new JobResource(parts, replica, changes, reception);
        var processes = new ProcessResource(replica);
        var freezes = new FreezeResource(config.node(), parts, replica, changes, peers);
        var holders = new CopyHolders(config.node(), peers);
        var checkpoints =
                new CheckpointResource(config.node(), parts, replica, changes, peers, holders);
        var adoption = new Adoption(config.cluster(), parts, replica, changes, reception);
        var archives =
                new ArchiveResource(config.node(), parts, replica, changes, holders, adoption);
        var others = new SubstituteSurvey(config.node(), parts, replica, peers, holders);
        var restores = new RestoreResource(parts, replica, changes, holders, adoption, others);
        var moves = new MigrationResource(config.node(), parts, replica, changes, peers);
        var operations = new OperationResource(config.node(), parts, replica, changes, peers);
        var events = new EventResource(parts.store(), replica, shared.streams());
        var keys = new KeyResource(parts.store(), changes, shared.streams());
        var leases =
                new LeaseResource(parts.store(), replica, changes, parts.leases(), parts.queues());
        var quotas = new QuotaResource(parts.store(), changes);
        var limits = new CheckpointQuotaResource(replica, changes);
        var policies = new PolicyResource(parts, replica, changes);
        var segments = new SegmentResource(config.node(), replica, changes, parts);
        var streams = new StreamResource(config.node(), parts, replica, peers, shared.streams());
        var joins = new JoinResource(config, parts, replica, changes, peers);
        var rekeys = new RekeyResource(config.node(), parts, replica, peers);
        var access = new AccessResource(replica, changes);
        routes.get("/v1/status", Permit.EVERYBODY, cluster::status)
                .get("/v1/health", Permit.EVERYBODY, cluster::health)
                .get("/v1/doctor", cluster::doctor)
                .get("/v1/state/hash", cluster::hash)
                .get("/v1/state/hashes", cluster::hashes)
                .get("/v1/ready", Permit.EVERYBODY, cluster::ready)
                .get("/v1/state/status", cluster::state)
                .get("/v1/state/backup", cluster::backup)
                .post("/v1/state/snapshot", cluster::snapshot)
                .get("/metrics", cluster::metrics)
                .get("/v1/nodes", Permit.EVERYBODY, nodes::list)
                .get("/v1/nodes/{name}", Permit.EVERYBODY, nodes::show)
                .post("/v1/nodes/{name}/fence", nodes::fence)
                .post("/v1/nodes/{name}/cordon", nodes::cordon)
                .delete("/v1/nodes/{name}", nodes::remove)
                .get(
                        "/v1/standing",
                        Permit.NODE,
                        new StandingResource(parts.store(), replica)::standing)
                .get("/v1/join", Permit.AGENT, nodes::join)
                .post("/v1/join", Permit.TOKEN, joins::join)
                .post("/v1/members", Permit.AGENT, nodes::admit)
                .post("/v1/nodes/{name}/certificate", joins::rotate)
                .post("/v1/nodes/{name}/checkpoint-key", rekeys::rekey)
                .post("/v1/certificates/node", Permit.AGENT, joins::renew)
                .post("/v1/certificates/user", joins::user)
                .get("/v1/tokens", joins::tokens)
                .post("/v1/tokens", joins::createToken)
                .delete("/v1/tokens/{name}", joins::revokeToken)
                .post("/v1/voters", voting::reassign)
                .post("/v1/nodes/{name}/replace", voting::replace)
                .post("/v1/leader", voting::transfer);
        routes.get("/v1/jobs", jobs::list)
                .post("/v1/jobs", Permit.EVERYBODY, jobs::submit)
                .get("/v1/jobs/{job}", Permit.OWNER, jobs::show)
                .post("/v1/jobs/{job}/stop", Permit.OWNER, jobs::stop)
                .get("/v1/jobs/{job}/explain", Permit.OWNER, jobs::explain)
                .get("/v1/processes", processes::list)
                .get("/v1/processes/{target}", Permit.OWNER, processes::show)
                .get("/v1/processes/{target}/wait", Permit.OWNER, processes::await)
                .post("/v1/jobs/{job}/signal", Permit.OWNER, streams::signal)
                .postInput("/v1/processes/{target}/stdin", Permit.OWNER, streams::stdin)
                .post("/v1/processes/{target}/terminal", Permit.OWNER, streams::resize)
                .get("/v1/processes/{target}/logs", Permit.OWNER, streams::logs)
                .get("/v1/processes/{target}/output", Permit.AGENT, streams::output)
                .get("/v1/processes/{target}/restart-mark", Permit.AGENT, streams::restartMark)
                .post("/v1/processes/{target}/checkpoints", Permit.OWNER, checkpoints::create)
                .post("/v1/processes/{target}/freeze", Permit.OWNER, freezes::freeze)
                .post("/v1/processes/{target}/unfreeze", Permit.OWNER, freezes::unfreeze)
                .post("/v1/processes/{target}/migrations", Permit.OWNER, moves::start)
                .get("/v1/processes/{target}/check", Permit.OWNER, moves::check)
                .post("/v1/lacks", Permit.AGENT, moves::lacks)
                .post("/v1/openings", Permit.AGENT, others::unopenable)
                .post("/v1/checkpoints/{id}/openings", Permit.AGENT, others::openings)
                .get("/v1/operations", operations::list)
                .get("/v1/operations/{operation}", Permit.OWNER, operations::show)
                .get("/v1/operations/{operation}/progress", Permit.AGENT, operations::progress)
                .get("/v1/operations/{operation}/wait", Permit.OWNER, operations::await)
                .post("/v1/operations/{operation}/cancel", Permit.OWNER, operations::cancel)
                .get("/v1/checkpoints", checkpoints::list)
                .postStream("/v1/checkpoints", Permit.EVERYBODY, archives::take)
                .get("/v1/checkpoints/{id}/archive", Permit.OWNER, archives::export)
                .get("/v1/checkpoints/{id}", Permit.OWNER, checkpoints::show)
                .delete("/v1/checkpoints/{id}", Permit.OWNER, checkpoints::delete)
                .get("/v1/checkpoints/{id}/manifest", Permit.OWNER, checkpoints::manifest)
                .get("/v1/checkpoints/{id}/diff", Permit.OWNER, checkpoints::diff)
                .post("/v1/checkpoints/{id}/verify", Permit.OWNER, checkpoints::verify)
                .post("/v1/checkpoints/{id}/restore", Permit.OWNER, restores::restore)
                .get("/v1/checkpoint-quotas", limits::list)
                .post("/v1/checkpoint-quotas", limits::set)
                .delete("/v1/checkpoint-quotas", limits::unset)
                .get("/v1/segments", segments::list)
                .post("/v1/segments", Permit.EVERYBODY, segments::create)
                .get("/v1/segments/{segment}", Permit.OWNER, segments::show)
                .get("/v1/segments/{segment}/pages", Permit.OWNER, segments::pages)
                .get("/v1/segments/{segment}/attached", Permit.OWNER, segments::attached)
                .post("/v1/segments/{segment}/resize", Permit.OWNER, segments::resize)
                .post("/v1/segments/{segment}/access", Permit.OWNER, segments::access)
                .get("/v1/segments/{segment}/contents", Permit.OWNER, segments::dump)
                .postStream("/v1/segments/{segment}/contents", Permit.OWNER, segments::load)
                .post("/v1/segments/{segment}/sync", Permit.OWNER, segments::sync)
                .delete("/v1/segments/{segment}", Permit.OWNER, segments::destroy)
                .get("/v1/keys", Permit.EVERYBODY, keys::range)
                .post("/v1/keys/transaction", Permit.EVERYBODY, keys::transact)
                .post("/v1/keys/compact", keys::compact)
                .get("/v1/keys/quotas", quotas::list)
                .post("/v1/keys/quotas", quotas::set)
                .delete("/v1/keys/quotas", quotas::unset)
                .post("/v1/keys/keep", quotas::keep)
                .get("/v1/keys/history", keys::history)
                .get("/v1/keys/watch", Permit.EVERYBODY, keys::watch)
                .get("/v1/leases", leases::list)
                .post("/v1/leases", Permit.EVERYBODY, leases::grant)
                .get("/v1/leases/{id}", Permit.EVERYBODY, leases::show)
                .post("/v1/leases/{id}/renew", Permit.EVERYBODY, leases::renew)
                .delete("/v1/leases/{id}", Permit.EVERYBODY, leases::revoke)
                .post("/v1/locks", Permit.EVERYBODY, leases::lock)
                .get("/v1/events", events::list)
                .get("/v1/watch", events::watch);
        routes.get("/v1/policies", Permit.EVERYBODY, policies::list)
                .post("/v1/policies", policies::store)
                .post("/v1/policies/activate", policies::activate)
                .post("/v1/policies/rollback", policies::rollBack)
                .post("/v1/policies/trial", policies::attempt)
                .get("/v1/policies/{policy}", Permit.EVERYBODY, policies::show)
                .delete("/v1/policies/{policy}", policies::remove);
        routes.get("/v1/auth", access::status)
                .post("/v1/auth", access::set)
                .get("/v1/users", access::users)
                .post("/v1/users", access::addUser)
                .get("/v1/users/{name}", access::user)
                .delete("/v1/users/{name}", access::deleteUser)
                .post("/v1/users/{name}/password", access::setPassword)
                .post("/v1/users/{name}/roles", access::grantRole)
                .delete("/v1/users/{name}/roles/{role}", access::revokeRole)
                .get("/v1/roles", access::roles)
                .post("/v1/roles", access::addRole)
                .get("/v1/roles/{name}", access::role)
                .delete("/v1/roles/{name}", access::deleteRole)
                .post("/v1/roles/{name}/permissions", access::grantPermission)
                .post("/v1/roles/{name}/permissions/revoke", access::revokePermission);
    }

    private static InetSocketAddress resolve(HostPort bind) {
        try {
            return new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
        } catch (UnknownHostException unknown) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "listen.api is unknown: " + bind.host(),
                    "set listen.api to an address of this machine",
                    unknown);
        }
    }
}
