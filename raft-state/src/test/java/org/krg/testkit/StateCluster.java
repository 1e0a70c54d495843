// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore;
import org.krg.state.LeaderLink;
import org.krg.state.StateConfig;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.ratis.RatisClusterStore;
import org.krg.state.rocksdb.RocksStorage;

/// Members of one Raft group in this JVM, over loopback and free ports, with real storage. Their
/// [LeaderLink]s are method calls that [#cutLinks] makes fail.
public final class StateCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /// Not the common pool: where it has one thread, a task that blocks there stops every link.
    private static final Executor LINKS = Thread::startVirtualThread;

    private final UUID id = UUID.randomUUID();
    private final Path directory;
    private final UnaryOperator<StateConfig> settings;
    private final List<FirstMember> members;
    private final Map<NodeId, HostPort> addresses = new ConcurrentHashMap<>();
    private final Map<NodeId, RatisClusterStore> running = new ConcurrentHashMap<>();
    private final Map<NodeId, MetricRegistry> metrics = new ConcurrentHashMap<>();
    private final Queue<String> ends = new ConcurrentLinkedQueue<>();
    private volatile @Nullable NodeId cut;

    private StateCluster(Path directory, int nodes, UnaryOperator<StateConfig> settings) {
        this.directory = directory;
        this.settings = settings;
        this.members =
                freePorts(nodes).stream()
                        .map(port -> new HostPort("127.0.0.1", port))
                        .map(new Numbering()::member)
                        .toList();
        members.forEach(each -> addresses.put(each.node(), each.raft()));
    }

    private static final class Numbering {
        private int last;

        FirstMember member(HostPort raft) {
            last++;
            return new FirstMember(node(last), 1, raft);
        }
    }

    /// Starts a cluster of nodes n1, n2, … with the default settings.
    public static StateCluster start(Path directory, int nodes) {
        return start(directory, nodes, UnaryOperator.identity());
    }

    /// Starts a cluster whose settings are the default ones after `settings`.
    public static StateCluster start(
            Path directory, int nodes, UnaryOperator<StateConfig> settings) {
        var cluster = new StateCluster(directory, nodes, settings);
        cluster.members.forEach(each -> cluster.open(each.node()));
        return cluster;
    }

    /// Starts a cluster but for one of its first members, which is run elsewhere.
    public static StateCluster startWithout(Path directory, int nodes, NodeId absent) {
        var cluster = new StateCluster(directory, nodes, UnaryOperator.identity());
        cluster.members.stream()
                .map(FirstMember::node)
                .filter(node -> !node.equals(absent))
                .forEach(cluster::open);
        return cluster;
    }

    /// {@return the first members}
    public List<FirstMember> members() {
        return members;
    }

    /// {@return the name of the node with that number, from 1}
    public static NodeId node(int number) {
        return new NodeId("n" + number);
    }

    /// {@return the settings of a node of this cluster}
    public StateConfig config(NodeId node, long incarnation, List<FirstMember> first) {
        return settings.apply(
                StateConfig.defaults(
                        id,
                        node,
                        incarnation,
                        directory(node),
                        address(node),
                        first,
                        Optional.empty()));
    }

    /// Starts a first member, or starts it again.
    public RatisClusterStore open(NodeId node) {
        return open(config(node, 1, members));
    }

    /// Starts a node that waits to be admitted.
    public RatisClusterStore join(NodeId node, long incarnation) {
        return open(config(node, incarnation, List.of()));
    }

    private RatisClusterStore open(StateConfig config) {
        var node = config.self();
        var registry = new MetricRegistry();
        metrics.put(node, registry);
        var store =
                RatisClusterStore.open(
                        config,
                        new CallingLink(node),
                        new RocksStorage(config.directory().resolve("store")),
                        registry,
                        (what, cause) -> ends.add(node + ": " + what + ": " + cause));
        running.put(node, store);
        return store;
    }

    /// {@return the id of the cluster}
    public UUID id() {
        return id;
    }

    /// Opens a store on a directory that holds a member already, outside of the cluster.
    public RatisClusterStore openAlone(NodeId node, long incarnation, Path place) {
        return RatisClusterStore.open(
                settings.apply(
                        StateConfig.defaults(
                                id,
                                node,
                                incarnation,
                                place,
                                address(node),
                                List.of(),
                                Optional.empty())),
                new CallingLink(node),
                new RocksStorage(place.resolve("store")),
                new MetricRegistry(),
                (what, cause) -> ends.add(node + ": " + what + ": " + cause));
    }

    /// {@return the running store of a node}
    public RatisClusterStore store(NodeId node) {
        return Optional.ofNullable(running.get(node)).orElseThrow();
    }

    /// {@return whether the store of a node is open}
    public boolean isRunning(NodeId node) {
        return running.containsKey(node);
    }

    /// {@return how many snapshots the running members have taken}
    public long snapshotsTaken() {
        return running.keySet().stream()
                .mapToLong(node -> metrics(node).timer("krg.state.snapshot_seconds").getCount())
                .sum();
    }

    /// {@return the running stores}
    public List<RatisClusterStore> stores() {
        return List.copyOf(running.values());
    }

    /// {@return the metrics of a node}
    public MetricRegistry metrics(NodeId node) {
        return Optional.ofNullable(metrics.get(node)).orElseThrow();
    }

    /// {@return where a node listens for Raft}
    public HostPort address(NodeId node) {
        return addresses.computeIfAbsent(
                node, _ -> new HostPort("127.0.0.1", freePorts(1).getFirst()));
    }

    /// {@return the data directory of a node}
    public Path directory(NodeId node) {
        return directory.resolve(node.name());
    }

    /// {@return what would have ended processes}
    public List<String> ends() {
        return List.copyOf(ends);
    }

    /// Waits until a running node leads and is ready.
    public NodeId awaitLeader() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(this::findLeader, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<NodeId> findLeader() {
        return running.keySet().stream()
                .filter(node -> !node.equals(cut))
                .filter(node -> store(node).leadership().mine())
                .findFirst();
    }

    /// {@return a running node that does not lead}
    public NodeId awaitFollower() {
        var leader = awaitLeader();
        return running.keySet().stream()
                .filter(node -> !node.equals(leader))
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    /// Waits until a store that was opened again serves reads, and gives what it read: the leader
    /// may take a while to look again for a member that was away.
    public static ClusterImage awaitCurrent(ClusterStore store) {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> get(store.read()), _ -> true);
    }

    /// Closes the store of a node.
    public void stop(NodeId node) {
        var store = running.remove(node);
        if (store != null) {
            store.close();
        }
    }

    /// Makes calls from and to a node fail, or none.
    public void cutLinks(@Nullable NodeId node) {
        cut = node;
    }

    /// {@return the value of a future that completes in time}
    public static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    /// Closes all stores at once: each waits for two seconds until Netty is sure that it is quiet.
    @Override
    public void close() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List.copyOf(running.keySet()).stream()
                    .map(node -> CompletableFuture.runAsync(() -> stop(node), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    /// {@return ports that nobody listened on}
    public static List<Integer> freePorts(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (var i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            sockets.forEach(StateCluster::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private final class CallingLink implements LeaderLink {
        private final NodeId from;

        CallingLink(NodeId from) {
            this.from = from;
        }

        @Override
        public CompletableFuture<byte[]> ask(NodeId leader, byte[] request) {
            var to = running.get(leader);
            if (to == null || leader.equals(cut) || from.equals(cut)) {
                return CompletableFuture.failedFuture(
                        new Unsent(leader + " is not reached", new IOException("cut")));
            }
            return CompletableFuture.completedFuture(request).thenComposeAsync(to::answer, LINKS);
        }
    }
}
