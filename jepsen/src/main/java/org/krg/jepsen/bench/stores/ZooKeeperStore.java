// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.zookeeper.ZooKeeperConnection;
import org.krg.jepsen.cluster.Await;
import org.krg.state.model.HostPort;

/// ZooKeeper with the settings of its sample configuration and its start script.
public final class ZooKeeperStore implements Store {
    private static final String MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    private static final Duration TO_START = Duration.ofMinutes(1);
    private static final int MEMBERS = 3;
    private static final String MODE = "Mode: ";
    private static final int ASK_MILLIS = 2000;

    private final Path directory;
    private final int valueBytes;
    private final List<HostPort> addresses;
    private final List<ServerProcess> processes = new ArrayList<>();

    private ZooKeeperStore(Path directory, int valueBytes) throws IOException {
        this.directory = directory;
        this.valueBytes = valueBytes;
        var ports = Ports.free(3 * MEMBERS);
        this.addresses =
                ports.subList(0, MEMBERS).stream()
                        .map(port -> new HostPort("127.0.0.1", port))
                        .toList();
        for (var i = 0; i < MEMBERS; i++) {
            writeSettings(i, ports);
            processes.add(new ServerProcess(command(i), directory.resolve(name(i) + ".log")));
        }
    }

    /// Starts a new cluster and returns when it has a leader.
    public static ZooKeeperStore start(int valueBytes) throws InterruptedException {
        try {
            var store = new ZooKeeperStore(Scratch.make("zookeeper"), valueBytes);
            try {
                store.processes.forEach(ServerProcess::start);
                try (var first =
                        ZooKeeperConnection.open(store.awaitLeader().address(), valueBytes)) {
                    first.prepare();
                }
                return store;
            } catch (RuntimeException | InterruptedException failed) {
                store.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void writeSettings(int member, List<Integer> ports) throws IOException {
        var data = Files.createDirectories(directory.resolve(name(member)));
        Files.writeString(data.resolve("myid"), Integer.toString(member + 1));
        var settings = new StringBuilder();
        settings.append("tickTime=2000\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\n");
        settings.append("admin.enableServer=false\n4lw.commands.whitelist=srvr\n");
        settings.append("dataDir=").append(data).append('\n');
        settings.append("clientPortAddress=127.0.0.1\n");
        settings.append("clientPort=").append(ports.get(member)).append('\n');
        for (var i = 0; i < MEMBERS; i++) {
            settings.append(
                    "server.%d=127.0.0.1:%d:%d%n"
                            .formatted(i + 1, ports.get(MEMBERS + i), ports.get(2 * MEMBERS + i)));
        }
        Files.writeString(directory.resolve(name(member) + ".cfg"), settings);
    }

    private List<String> command(int member) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1000m",
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                "-cp",
                System.getProperty("java.class.path"),
                MAIN,
                directory.resolve(name(member) + ".cfg").toString());
    }

    private static String name(int member) {
        return "z" + (member + 1);
    }

    @Override
    public String name() {
        return "zookeeper";
    }

    @Override
    public String version() {
        return ZooKeeperConnection.version();
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
        return ZooKeeperConnection.open(server.address(), valueBytes);
    }

    @Override
    public Server awaitLeader() {
        return Await.first(
                "ZooKeeper to have a leader",
                TO_START,
                () -> {
                    processes.forEach(ServerProcess::requireAlive);
                    return servers().stream()
                            .filter(each -> mode(each).equals("leader"))
                            .findFirst();
                });
    }

    /// {@return leader or follower; empty while it is neither or does not answer}
    private static String mode(Server server) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.address().port())) {
            socket.setSoTimeout(ASK_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> line.startsWith(MODE))
                    .map(line -> line.substring(MODE.length()))
                    .findFirst()
                    .orElse("");
        } catch (IOException notYet) {
            return "";
        }
    }

    @Override
    public void kill(Server server) {
        process(server).kill();
    }

    @Override
    public void restart(Server server) {
        process(server).start();
        Await.until(server.name() + " to take part again", TO_START, () -> !mode(server).isEmpty());
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
