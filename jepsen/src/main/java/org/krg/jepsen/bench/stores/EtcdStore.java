// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.krg.jepsen.bench.grpc.EtcdClients;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// etcd at its default settings, but for a quota that ten million keys fit in.
public final class EtcdStore implements Store {
    private static final String PREFIX = "KRG_ETCD_PREFIX";
    private static final String DEFAULT_PREFIX = "/var/lib/krg-tools/etcd";
    private static final Duration TO_START = Duration.ofMinutes(1);
    private static final long QUOTA_BYTES = 16L << 30;
    private static final int MEMBERS = 3;

    private final EtcdClients clients;
    private final Path program;
    private final Path directory;
    private final List<HostPort> addresses;
    private final List<ServerProcess> processes = new ArrayList<>();

    private EtcdStore(EtcdClients clients, Path program, Path directory) {
        this.clients = clients;
        this.program = program;
        this.directory = directory;
        var ports = Ports.free(2 * MEMBERS);
        this.addresses =
                ports.subList(0, MEMBERS).stream()
                        .map(port -> new HostPort("127.0.0.1", port))
                        .toList();
        var peers = ports.subList(MEMBERS, 2 * MEMBERS);
        for (var i = 0; i < MEMBERS; i++) {
            processes.add(
                    new ServerProcess(command(i, peers), directory.resolve(name(i) + ".log")));
        }
    }

    /// Starts a new cluster and returns when it has a leader.
    public static EtcdStore start(EtcdClients clients) {
        var store = new EtcdStore(clients, findProgram(), Scratch.make("etcd"));
        try {
            store.processes.forEach(ServerProcess::start);
            var _ = store.awaitLeader();
            return store;
        } catch (RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    private static Path findProgram() {
        var program =
                Path.of(Optional.ofNullable(System.getenv(PREFIX)).orElse(DEFAULT_PREFIX), "etcd");
        if (!Files.isExecutable(program)) {
            throw new CampaignFailed(
                    "there is no " + program + "; `tools/setup --bench` installs it");
        }
        return program;
    }

    private List<String> command(int member, List<Integer> peers) {
        var client = "http://" + addresses.get(member);
        var cluster =
                IntStream.range(0, MEMBERS)
                        .mapToObj(i -> name(i) + "=" + url(peers.get(i)))
                        .collect(Collectors.joining(","));
        return List.of(
                program.toString(),
                "--name=" + name(member),
                "--data-dir=" + directory.resolve(name(member)),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + url(peers.get(member)),
                "--initial-advertise-peer-urls=" + url(peers.get(member)),
                "--initial-cluster=" + cluster,
                "--quota-backend-bytes=" + QUOTA_BYTES,
                "--log-level=warn");
    }

    private static String name(int member) {
        return "e" + (member + 1);
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String version() {
        try {
            var process = new ProcessBuilder(program.toString(), "--version").start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("").replace("etcd Version: ", "");
        } catch (IOException failed) {
            throw new CampaignFailed("cannot run " + program, failed);
        }
    }

    @Override
    public List<Server> servers() {
        return IntStream.range(0, MEMBERS)
                .mapToObj(i ->
                        new Server(
                                name(i),
                                processes.get(i).pid(),
                                addresses.get(i),
                                directory.resolve(name(i))))
                .toList();
    }

    @Override
    public Connection connect(Server server) throws InterruptedException {
        return clients.connect(server.address());
    }

    @Override
    public Server awaitLeader() {
        return Await.first(
                "etcd to have a leader",
                TO_START,
                () -> {
                    processes.forEach(ServerProcess::requireAlive);
                    return servers().stream()
                            .filter(each -> clients.leads(each.address()).orElse(false))
                            .findFirst();
                });
    }

    @Override
    public void kill(Server server) {
        process(server).kill();
    }

    @Override
    public void restart(Server server) {
        process(server).start();
        Await.until(
                server.name() + " to answer again",
                TO_START,
                () -> clients.leads(server.address()).isPresent());
    }

    private ServerProcess process(Server server) {
        return processes.get(servers().stream().map(Server::name).toList().indexOf(server.name()));
    }

    @Override
    public void close() {
        processes.forEach(ServerProcess::close);
        Scratch.remove(directory);
    }
}
