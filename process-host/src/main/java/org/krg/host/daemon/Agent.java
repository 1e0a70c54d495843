// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.netty.ChunkService;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;
import org.krg.host.NodeReport;
import org.krg.host.core.CellSpecs;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.host.engine.ArchiveDesk;
import org.krg.host.engine.CopyCare;
import org.krg.host.engine.Destinations;
import org.krg.host.engine.HostEngine;
import org.krg.host.engine.HostedProcesses;
import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.Lanes;
import org.krg.host.engine.LeaderDuties;
import org.krg.host.engine.LeaseHolder;
import org.krg.host.engine.LeaseKeeping;
import org.krg.host.engine.NetworkEngine;
import org.krg.host.engine.Probes;
import org.krg.host.engine.Proposals;
import org.krg.host.engine.Rebalancer;
import org.krg.host.engine.ReplicaComparison;
import org.krg.host.engine.ServedMemory;
import org.krg.host.engine.UserLeases;
import org.krg.host.etcd.EtcdConfig;
import org.krg.host.etcd.EtcdFace;
import org.krg.host.etcd.EtcdParts;
import org.krg.host.files.AuditLog;
import org.krg.host.files.ProgramFiles;
import org.krg.host.files.ScrubFile;
import org.krg.host.http.ApiConfig;
import org.krg.host.http.ApiParts;
import org.krg.host.http.ApiServer;
import org.krg.host.kernel.AttachedPrograms;
import org.krg.host.kernel.CellCheckpoints;
import org.krg.host.kernel.CellLinks;
import org.krg.host.kernel.CellMemory;
import org.krg.host.kernel.Cells;
import org.krg.host.kernel.CellsConfig;
import org.krg.host.kernel.KernelMachine;
import org.krg.host.kernel.KernelNetwork;
import org.krg.host.kernel.LeaseFile;
import org.krg.host.model.Isolation;
import org.krg.host.netty.AskService;
import org.krg.host.netty.PeerAsks;
import org.krg.host.netty.PeerConfig;
import org.krg.host.netty.PeerPort;
import org.krg.host.tls.DirectorySigner;
import org.krg.host.tls.NodeTls;
import org.krg.host.tls.TlsDirectory;
import org.krg.linux.Boottime;
import org.krg.policy.bundle.Bundle;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.state.ConnectionLimits;
import org.krg.state.KrgVersion;
import org.krg.state.StateConfig;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.model.HostPort;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.state.model.SessionId;
import org.krg.state.ratis.RatisClusterStore;
import org.krg.state.rocksdb.RocksStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The parts of an agent, put together and started in the order in which they need each other; they
/// end in the opposite one. The cells go on.
final class Agent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private final Parts parts = new Parts();
    private final AgentSettings settings;
    private final Path data;
    private final NodeId self;
    private final Path natives;
    private final TlsDirectory keys;
    private final NodeTls tls;
    private final MetricRegistry metrics = new MetricRegistry();
    private final SecureRandom random = new SecureRandom();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ProgramFiles programs = new ProgramFiles();
    private final AgreedPolicy policy = new AgreedPolicy(Bundle::read);

    /// What answers other agents, and this one about itself.
    private final CompletableFuture<AgentAsked> own = new CompletableFuture<>();

    private final DamageReport damage = new DamageReport(metrics);

    private final CompletableFuture<HostFailure> left = new CompletableFuture<>();

    private Agent(AgentSettings settings, DataDirectory directory) {
        var apis = directory.rejoins();
        this.settings = apis.isEmpty() ? settings : settings.joining(apis);
        this.data = directory.path();
        this.self = settings.node().name();
        this.natives = settings.home().resolve("target/native");
        this.keys = TlsDirectory.ofNode(data);
        this.tls = openTls();
    }

    /// Starts an agent on a data directory that is held.
    ///
    /// @throws HostFailure if a part cannot be started; those before it are ended
    static Agent start(AgentSettings settings, DataDirectory directory) {
        var agent = new Agent(settings, directory);
        try {
            agent.start(directory);
            return agent;
        } catch (IOException failure) {
            agent.close();
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "cannot use " + directory.path() + ": " + failure,
                    "the agent must be able to write there",
                    failure);
        } catch (RuntimeException failure) {
            agent.close();
            throw failure;
        }
    }

    private void start(DataDirectory directory) throws IOException {
        parts.add(executor::shutdownNow);
        var join = new JoinClient(settings, tls.mutual());
        var identity = Membership.establish(settings, directory, join);
        var links = links();
        var cells = openCells(links);
        var images = new NodeImages(settings, data);
        var abilities =
                CompletableFuture.supplyAsync(
                        () -> Abilities.find(cells, images.config(), natives, links), executor);
        var addresses = new PeerAddresses();
        var port = openPort(addresses);
        var asks = new PeerAsks(port);
        var store = openStore(identity.incarnation(), asks);
        directory.makePrivate();
        addresses.follow(store::image);
        tls.believeOnly(name -> store.image().access().isValid(name));
        if (!settings.join().isEmpty() && !directory.isAdmitted()) {
            join.admit(self + "." + identity.incarnation(), () -> store.storage().arrivingBytes());
            directory.admitted();
        }
        var duties = duties(store, asks);
        var leases = leases(store);
        var timer = timer();
        var proposals = proposals(store, timer);
        var requested = new RequestedCheckpoints(store, cells, executor);
        var pages = pages(store, proposals, asks, requested, new AttachedPrograms(cells));
        var asked =
                new AgentAsked(
                        store,
                        programs,
                        duties,
                        leases,
                        pages,
                        new MachineLoad(
                                Path.of("/proc"), Runtime.getRuntime().availableProcessors()),
                        executor);
        own.complete(asked);
        var memory = new ServedMemory(self, store, new CellMemory(cells), failpoints());
        port.listen(
                Map.<String, Supplier<ChannelHandler>>of(
                        AskService.NAME,
                        () -> new AskService(asked, executor),
                        ChunkService.NAME,
                        () -> images.service(memory)));
        var able = abilities.join();
        var machine = new KernelMachine(cells, process -> CellSpecs.own(store.image(), process));
        var saved = images.engine(self, able.dumpers(), port, tls, damage);
        executor.execute(() -> images.renew(saved));
        var checkpoints = new CellCheckpoints(cells, machine, saved, pages);
        var holder = holder(store, proposals, duties, asks, registration(identity, able), pages);
        // While the node holds its lease, and nothing is started or saved any more.
        parts.add(pages::leave);
        var engine = engine(store, machine, checkpoints, proposals, holder);
        var renewal =
                new Renewal(
                        keys,
                        tls,
                        store::image,
                        ClusterKeys.hosts(settings.listen()),
                        InstantSource.system());
        var host =
                new HostedProcesses(
                        self,
                        store,
                        engine,
                        machine,
                        checkpoints,
                        new ArchiveDesk(
                                settings.cluster().id(),
                                self,
                                store,
                                checkpoints,
                                proposals,
                                metrics,
                                InstantSource.system()),
                        programs,
                        () -> report(able, images, saved, renewal));
        engine.start();
        parts.add(
                        new CopyCare(
                                self,
                                settings.copies(),
                                store,
                                checkpoints,
                                proposals,
                                new ScrubFile(data.resolve("scrub")),
                                metrics))
                .start();
        requested.takenBy(engine);
        links.ifPresent(it -> startNetwork(store, it));
        duties.start();
        leases.start();
        holder.start();
        var terms = new LeaderTerms(store, leases, asks);
        var keeping = new LeaseKeeping(store, terms, Boottime::now, timer);
        var lanes = new Lanes(store::submit, this::session, Boottime::now);
        var queues = new KeyQueues(store, lanes);
        var replicas =
                new ReplicaComparison(
                        store,
                        (node, after) ->
                                node.equals(self) ? asked.digest(after) : asks.digest(node, after),
                        metrics);
        var audit = parts.add(AuditLog.open(AuditTrailFiles.of(data)));
        var removal =
                parts.add(
                        new RemovalWatch(
                                store,
                                self,
                                new StandingClient(
                                                tls.mutual(), self + "." + identity.incarnation())
                                        ::ask,
                                settings.join(),
                                directory,
                                RemovalWatch.Pauses.USUAL));
        removal.start();
        var _ = removal.ended().thenAccept(left::complete);
        var upkeep = new Upkeep(holder, renewal, audit, replicas, removal);
        upkeep.start(timer, executor);
        var destinations = new Destinations(policy, probes(asks), InstantSource.system());
        rebalance(store, destinations, timer);
        parts.add(
                openApi(
                        new ApiParts(
                                store,
                                keeping,
                                queues,
                                host,
                                destinations,
                                Bundle::read,
                                metrics,
                                upkeep::problems,
                                upkeep::notReady,
                                InstantSource.system(),
                                new DirectorySigner(keys, InstantSource.system()),
                                renewal,
                                () -> images.rekey(saved, executor),
                                pages,
                                pages.transfers(data.resolve("loads")),
                                audit,
                                replicas,
                                removal::left),
                        new EtcdParts(store, lanes, keeping, queues)));
        log.info("agent runs node={} engines={}", self, able.capabilities().engines());
    }

    private NodeTls openTls() {
        if (!keys.isThere()) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "node " + self + " has no certificate in " + keys.path(),
                    "`krg-admin cluster init` makes one for a first member, `krg-admin cluster join`"
                            + " gets one with a token: no agent listens anywhere without");
        }
        var opened = NodeTls.open(keys, settings.cluster().id());
        if (opened.name().node().filter(self::equals).isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "the certificate in " + keys.path() + " is not node " + self + "'s",
                    "give each node its own directory");
        }
        return opened;
    }

    private ApiServer openApi(ApiParts served, EtcdParts etcd) {
        var face =
                new EtcdFace(
                        new EtcdConfig(self, settings.cluster().id(), KrgVersion.CURRENT), etcd);
        return ApiServer.open(
                new ApiConfig(
                        self,
                        data,
                        settings.listen().api(),
                        settings.cluster().id(),
                        settings.cluster().name(),
                        tls.mutual(),
                        KrgVersion.CURRENT),
                served,
                face::open);
    }

    private PeerPort openPort(PeerAddresses addresses) {
        var config =
                new PeerConfig(
                        settings.cluster().id(),
                        self,
                        settings.listen().peer(),
                        tls.mutual(),
                        parts.add(ConnectionLimits.of("peer", metrics)));
        return parts.add(PeerPort.open(config, addresses));
    }

    private HostEngine engine(
            RatisClusterStore store,
            KernelMachine machine,
            CellCheckpoints checkpoints,
            Proposals proposals,
            LeaseHolder holder) {
        return parts.add(
                new HostEngine(
                        self,
                        store,
                        machine,
                        checkpoints,
                        proposals,
                        holder::lease,
                        Boottime::now,
                        InstantSource.system(),
                        failpoints(),
                        metrics));
    }

    private FailpointFiles failpoints() {
        return new FailpointFiles(data.resolve("failpoints"));
    }

    /// {@return by what cells get addresses of their own, where they are isolated}
    private Optional<CellLinks> links() {
        return Cells.bestIsolation() == Isolation.FULL
                ? Optional.of(new CellLinks(settings.cluster(), self, settings.cells()))
                : Optional.empty();
    }

    private void startNetwork(RatisClusterStore store, CellLinks links) {
        parts.add(new NetworkEngine(self, store, new KernelNetwork(links), InstantSource.system()))
                .start();
    }

    private Cells openCells(Optional<CellLinks> links) throws IOException {
        var lease = data.resolve("lease");
        var file = LeaseFile.open(lease);
        file.close();
        return Cells.open(
                new CellsConfig(
                        data.resolve("cells"),
                        lease,
                        natives.resolve("krg-init"),
                        settings.cluster().name(),
                        self.name(),
                        Cells.bestIsolation(),
                        links));
    }

    private RatisClusterStore openStore(long incarnation, PeerAsks asks) {
        var defaults =
                StateConfig.defaults(
                        settings.cluster().id(),
                        self,
                        incarnation,
                        data,
                        settings.listen().raft(),
                        settings.members(),
                        Optional.of(tls.mutual()));
        var election = settings.election();
        var config =
                defaults.withQuorum(
                        new StateConfig.Quorum(
                                election.min(),
                                election.max(),
                                election.voters(),
                                election.replaceAfter(),
                                election.syncLimit()));
        return parts.add(
                RatisClusterStore.open(
                        config, asks, new RocksStorage(data.resolve("store")), metrics));
    }

    private LeaderDuties duties(RatisClusterStore store, PeerAsks asks) {
        return parts.add(
                new LeaderDuties(
                        store,
                        policy,
                        probes(asks),
                        settings.lease().bound(),
                        this::session,
                        Boottime::now,
                        InstantSource.system(),
                        metrics));
    }

    private UserLeases leases(RatisClusterStore store) {
        return parts.add(new UserLeases(store, this::session, Boottime::now));
    }

    private Probes probes(PeerAsks asks) {
        return (node, question) ->
                node.equals(self)
                        ? own.thenApplyAsync(asked -> asked.probe(question), executor)
                        : asks.probe(node, question);
    }

    private ScheduledExecutorService timer() {
        var timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("krg-retry").daemon().factory());
        parts.add(timer::shutdownNow);
        return timer;
    }

    private void rebalance(
            RatisClusterStore store, Destinations destinations, ScheduledExecutorService timer) {
        var mover =
                new MoveClient(
                        tls.mutual(), () -> store.image().nodes().require(self).addresses().api());
        var rebalancer =
                new Rebalancer(
                        store, policy, destinations, mover, Boottime::now, InstantSource.system());
        // Ends with the store.
        var _ =
                store.onChange(change -> {
                    if (!change.before().policies().equals(change.after().policies())) {
                        executor.execute(() -> policy.prepare(change.after()));
                    }
                });
        executor.execute(() -> policy.prepare(store.image()));
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> executor.execute(rebalancer::look), 1, 1, TimeUnit.SECONDS);
    }

    private Proposals proposals(RatisClusterStore store, ScheduledExecutorService timer) {
        return parts.add(new Proposals(store, this::session, timer));
    }

    private SharedMemories pages(
            RatisClusterStore store,
            Proposals proposals,
            PeerAsks asks,
            RequestedCheckpoints requested,
            AttachedPrograms attached) {
        var setting =
                new SharedMemory.Setting(
                        settings.cluster().id(),
                        settings.listen().peer().host(),
                        tls.mutual(),
                        data.resolve("pages.sock"),
                        data.resolve("synced"),
                        MachineFacts.segmentBytes(settings.node()),
                        store,
                        proposals,
                        requested);
        var pages = parts.add(new SharedMemories(self, setting, asks, attached));
        PageMetrics.register(metrics, pages::allStats, pages::use);
        return pages;
    }

    private LeaseHolder holder(
            RatisClusterStore store,
            Proposals proposals,
            LeaderDuties duties,
            PeerAsks asks,
            RegisterNode registration,
            SharedMemories pages) {
        var file = parts.add(LeaseFile.open(data.resolve("lease")));
        return parts.add(
                new LeaseHolder(
                        registration,
                        store,
                        proposals,
                        new LeaderRenewals(store, duties, asks),
                        settings.lease(),
                        Boottime::now,
                        InstantSource.system(),
                        lease -> {
                            file.renew(lease.deadline());
                            pages.leased(lease);
                        }));
    }

    private RegisterNode registration(Identity identity, Abilities able) {
        var node =
                new Node(
                        self,
                        identity.incarnation(),
                        0,
                        settings.members().isEmpty() ? Role.LISTENER : Role.VOTER,
                        settings.listen(),
                        MachineFacts.capacity(settings.node()),
                        able.capabilities(),
                        settings.lease().ttl(),
                        Node.State.READY,
                        Instant.EPOCH);
        return new RegisterNode(node, identity.heldSince(), Instant.EPOCH);
    }

    private NodeReport report(
            Abilities able, NodeImages images, Checkpoints saved, Renewal renewal) {
        var found = able.report();
        var notes = new ArrayList<>(found.notes());
        renewal.warning().ifPresent(notes::add);
        notes.addAll(damage.findings());
        notes.addAll(images.notes(saved));
        return new NodeReport(
                notes,
                found.limits(),
                found.engines(),
                found.criu(),
                found.selfTest(),
                images.key());
    }

    private SessionId session() {
        return new SessionId(random.nextLong(Long.MAX_VALUE));
    }

    /// {@return completes with the reason when the node is no member any more}
    CompletableFuture<HostFailure> left() {
        return left;
    }

    /// {@return where the API listens}
    HostPort api() {
        return settings.listen().api();
    }

    @Override
    public void close() {
        parts.close();
    }
}
