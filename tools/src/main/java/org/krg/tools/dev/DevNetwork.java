// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.krg.host.HostFailure;
import org.krg.state.model.HostPort;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeAddresses;

/// The network of a dev cluster whose nodes are as apart as machines: each has a network namespace,
/// ip-netns(8), with one device `eth0`, and all are on one bridge, in a namespace of its own. This
/// machine is on it, too, so that commands reach the agents; none of its settings change.
final class DevNetwork {
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final int BLOCKS = 1 << 14;
    private static final int BLOCK_BITS = 8;

    /// The last part of this machine's address.
    private static final int MACHINE = 254;

    private static final int API = 7440;

    private final UUID id;
    private final List<DevNode> nodes;
    private final String prefix;

    private DevNetwork(DevCluster cluster) {
        this.id = cluster.id();
        this.nodes = cluster.nodes();
        this.prefix = "krg" + id.toString().substring(0, 8);
    }

    /// {@return the network of a cluster that has one}
    static DevNetwork of(DevCluster cluster) {
        if (!cluster.isSeparate()) {
            throw new IllegalArgumentException(cluster.name() + " has no network of its own");
        }
        return new DevNetwork(cluster);
    }

    /// {@return the addresses of a node: one of the blocks of 254 in 10.128.0.0/10, so that several
    /// clusters on one machine rarely meet}
    ///
    /// @param number from 1
    static NodeAddresses addresses(UUID cluster, int number) {
        var host = address(cluster, number).toString();
        return new NodeAddresses(
                new HostPort(host, API), new HostPort(host, API + 1), new HostPort(host, API + 3));
    }

    private static Ipv4Address address(UUID cluster, int last) {
        var block = Math.floorMod(cluster.hashCode(), BLOCKS);
        return new Ipv4Address(Ipv4Address.of("10.128.0.0").bits() + (block << BLOCK_BITS) + last);
    }

    /// Makes it, unless it is there.
    void make() throws InterruptedException {
        if (isWhole()) {
            return;
        }
        remove();
        try {
            makeAll();
        } catch (HostFailure | InterruptedException failure) {
            Interruption.defer(this::remove);
            throw failure;
        }
    }

    private void makeAll() throws InterruptedException {
        makeBridge();
        for (var number = 1; number <= nodes.size(); number++) {
            makeNode(number);
        }
        // Whoever is no node reaches cells by way of one.
        batch(
                List.of("ip"),
                "route add %s via %s dev %s".formatted(DevLinks.pool(id), address(id, 1), prefix),
                "link set dev %s alias \"krg %s\"".formatted(prefix, id));
    }

    // The alias comes last.
    private boolean isWhole() throws InterruptedException {
        return existing().size() == nodes.size() + 1 && DevLinks.existing(id).contains(prefix);
    }

    private void makeBridge() throws InterruptedException {
        ip("netns", "add", prefix);
        inNamespace(prefix, "link set dev lo up", "link add bridge type bridge");
        inNamespace(prefix, "link set dev bridge up");
        var address = address(id, MACHINE);
        batch(
                List.of("ip"),
                "link add %s type veth peer name machine netns %s".formatted(prefix, prefix),
                "address add %s/24 dev %s".formatted(address, prefix),
                "link set dev %s up".formatted(prefix));
        inNamespace(prefix, "link set dev machine master bridge up");
    }

    private void makeNode(int number) throws InterruptedException {
        var node = nodes.get(number - 1).name();
        var namespace = namespace(node);
        ip("netns", "add", namespace);
        batch(
                List.of("ip"),
                "link add eth0 address %s netns %s type veth peer name %s netns %s"
                        .formatted(mac(number), namespace, node, prefix));
        inNamespace(prefix, "link set dev " + node + " master bridge up");
        inNamespace(
                namespace,
                "link set dev lo up",
                "address add " + address(id, number) + "/24 dev eth0",
                "link set dev eth0 up");
        // As docs/operations.md asks of a machine whose cells have addresses.
        var line = new ArrayList<>(within(node));
        line.addAll(List.of("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"));
        SystemCommand.run(line, "");
    }

    /// Removes whatever there is of it. What is held by a process goes with it.
    void remove() throws InterruptedException {
        DevLinks.remove(id);
        if (Files.exists(DEVICES.resolve(prefix))) {
            ip("link", "delete", prefix);
        }
        for (var namespace : existing()) {
            ip("netns", "delete", namespace);
        }
    }

    /// {@return the names of its namespaces that are there}
    List<String> existing() {
        if (!Files.isDirectory(NAMESPACES)) {
            return List.of();
        }
        try (var names = Files.list(NAMESPACES)) {
            return names.map(path -> path.getFileName().toString())
                    .filter(name -> name.equals(prefix) || name.startsWith(prefix + "-"))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + NAMESPACES, failure);
        }
    }

    /// {@return the beginning of a command that runs in a node's network}
    List<String> within(String node) {
        return List.of("nsenter", "--net=" + NAMESPACES.resolve(namespace(node)), "--");
    }

    /// {@return by what a node's packets are known on the bridge, its cells' included}
    String mac(String node) {
        var names = nodes.stream().map(DevNode::name).toList();
        return mac(names.indexOf(node) + 1);
    }

    private static String mac(int number) {
        return "02:6b:72:67:01:%02x".formatted(number);
    }

    private String namespace(String node) {
        return prefix + "-" + node;
    }

    private static void inNamespace(String namespace, String... lines) throws InterruptedException {
        batch(List.of("ip", "-n", namespace), lines);
    }

    private static void batch(List<String> ip, String... lines) throws InterruptedException {
        var line = new ArrayList<>(ip);
        line.addAll(List.of("-batch", "-"));
        SystemCommand.run(
                line, List.of(lines).stream().collect(Collectors.joining("\n", "", "\n")));
    }

    private static void ip(String... words) throws InterruptedException {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        SystemCommand.run(line, "");
    }
}
