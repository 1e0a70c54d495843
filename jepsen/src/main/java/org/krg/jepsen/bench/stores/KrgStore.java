// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.model.HostPort;
import org.krg.tools.dev.DevStatus;

/// krg as `krg-admin dev up` starts it, reached through one of the APIs of its agents.
public final class KrgStore implements Store {
    private static final Duration TO_LEAD = Duration.ofMinutes(1);
    private static final int MEMBERS = 3;

    private final String name;
    private final Way way;
    private final Cluster cluster;
    private List<Server> servers;

    /// Connects to an agent by an API.
    @FunctionalInterface
    public interface Way {
        Connection connect(HostPort agent) throws InterruptedException;
    }

    /// Takes over a cluster of three nodes.
    public KrgStore(String name, Way way, Cluster cluster) {
        this.name = name;
        this.way = way;
        this.cluster = cluster;
        this.servers = look();
    }

    /// Starts a new cluster.
    public static KrgStore start(String name, Way way) {
        return new KrgStore(name, way, Cluster.up(MEMBERS));
    }

    private List<Server> look() {
        var nodes = cluster.run("dev", "status", "-o", "json").require(0).json().path("nodes");
        return IntStream.range(0, MEMBERS)
                .mapToObj(i ->
                        new Server(
                                cluster.nodes().get(i),
                                nodes.path(i).path("pid").asLong(),
                                cluster.members().get(i).api(),
                                cluster.data(cluster.nodes().get(i))))
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return DevStatus.ask(servers.getFirst().address())
                .map(status -> status.path("version").asText())
                .orElse("");
    }

    @Override
    public List<Server> servers() {
        return servers;
    }

    @Override
    public Connection connect(Server server) throws InterruptedException {
        return way.connect(server.address());
    }

    @Override
    public Server awaitLeader() {
        return Await.first(
                "krg to have a leader",
                TO_LEAD,
                () -> servers.stream().filter(KrgStore::leads).findFirst());
    }

    private static boolean leads(Server server) {
        return DevStatus.ask(server.address())
                .filter(status -> status.path("leader").asText().equals(server.name()))
                .isPresent();
    }

    @Override
    public void kill(Server server) {
        ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void restart(Server server) {
        cluster.start(server.name());
        cluster.awaitReady();
        servers = look();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
