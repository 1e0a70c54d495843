// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.krg.checkpoint.engine.Command;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.core.SeenNetwork.Link;
import org.krg.host.model.CellId;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeId;

/// The links of cells with addresses of their own: each a pair of devices, veth(4), one end in the
/// cell's network namespace, the other in the agent's. A cell is connected while the outer end is
/// up and the address is routed there, and cut while it is down: nothing gets in or out then, and
/// the kernel has dropped the route. The pair goes with the namespace.
///
/// What the pool's addresses lead to when no cell is connected is a device that takes everything
/// and passes on nothing, so that whoever talks to a cell that is about to go on elsewhere hears
/// nothing, rather than that there is no such address.
///
/// Safe for use by several threads.
public final class CellLinks {
    /// By this number routes of krg are recognised, `ip route show proto 201`.
    static final String PROTOCOL = "proto 201";

    /// What a cell sends its packets to; no machine has it. RFC 3927.
    private static final String GATEWAY = "169.254.1.1";

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);

    private static final String OUTER_MAC = "02:6b:72:67:00:01";
    private static final String INNER_MAC = "02:6b:72:67:00:02";

    /// Inside a network namespace of its own: makes the pair, connects it if that is asked for,
    /// becomes the command.
    private static final String LAUNCH =
            """
            set -e
            export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            agent=$1 name=$2 inside=$3 outside=$4
            shift 4
            printf %s "$inside" | ip -batch -
            printf %s "$outside" | nsenter --net=/proc/$agent/ns/net sh -e -c '
                ip -batch -
                echo 1 >/proc/sys/net/ipv4/conf/'"$name"'/forwarding'
            exec env -i "$@"
            """;

    private final String cluster;
    private final String sink;
    private final NodeId node;
    private final AddressPool pool;
    private final Ip ip;

    public CellLinks(ClusterSettings cluster, NodeId node, AddressPool pool) {
        this(cluster, node, pool, Ip.here());
    }

    CellLinks(ClusterSettings cluster, NodeId node, AddressPool pool, Ip ip) {
        this.cluster = cluster.id().toString();
        this.sink = cluster.sink();
        this.node = node;
        this.pool = pool;
        this.ip = ip;
    }

    /// {@return the addresses that cells get}
    public AddressPool pool() {
        return pool;
    }

    /// {@return why cells cannot have addresses of their own here, as a sentence with a remedy;
    /// empty when they can}
    public Optional<String> problem() {
        return trial().or(() -> RouteConflict.find(ip, pool, sink));
    }

    // In a namespace that ends with the command.
    private static Optional<String> trial() {
        var line = List.of("unshare", "--net", "--", "ip", "-batch", "-");
        var devices =
                "link add name one type veth peer name other\nlink add name sink type bridge\n";
        try {
            var bytes = devices.getBytes(StandardCharsets.UTF_8);
            var result = new Command(line, COMMAND_LIMIT).run(new ByteArrayInputStream(bytes));
            return result.isGood()
                    ? Optional.empty()
                    : Optional.of(
                            "cells cannot have addresses of their own, which wants root, iproute2 and"
                                    + " the kernel's veth and bridge: "
                                    + result.output().strip());
        } catch (IOException failure) {
            return Optional.of("cells cannot have addresses of their own: " + failure.getMessage());
        }
    }

    /// {@return a command line that runs `command` in a network namespace of its own with the
    /// cell's address, in an empty environment}
    ///
    /// @param connected whether the cell is connected from the beginning
    List<String> launcher(
            CellId cell, Ipv4Address address, boolean connected, List<String> command) {
        var name = name(cell);
        var inside =
                List.of(
                        "link set dev lo up",
                        "link add eth0 address %s type veth peer name %s address %s netns %d"
                                .formatted(
                                        INNER_MAC, name, OUTER_MAC, ProcessHandle.current().pid()),
                        "address add " + address + "/32 dev eth0",
                        "link set dev eth0 up",
                        "route add " + GATEWAY + " dev eth0 scope link",
                        "route add default via " + GATEWAY + " dev eth0 src " + address,
                        "neighbour add %s lladdr %s dev eth0 nud permanent"
                                .formatted(GATEWAY, OUTER_MAC));
        var outside = new ArrayList<String>();
        outside.add("link set dev " + name + " alias \"" + alias(cell, address) + "\"");
        if (connected) {
            outside.addAll(connecting(name, address));
        }
        var line =
                new ArrayList<>(List.of("unshare", "--net", "--", "/bin/sh", "-c", LAUNCH, "sh"));
        line.add(Long.toString(ProcessHandle.current().pid()));
        line.addAll(List.of(name, lines(inside), lines(outside)));
        line.addAll(command);
        return line;
    }

    private static String lines(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private static List<String> connecting(String name, Ipv4Address address) {
        return List.of("link set dev " + name + " up", routing(address, name));
    }

    static String routing(Ipv4Address address, String device) {
        return "route replace %s/32 dev %s %s scope link".formatted(address, device, PROTOCOL);
    }

    /// Lets packets in and out, and leads those of this machine to the cell. Nothing changes where
    /// that is so already.
    void connect(CellId cell, Ipv4Address address) {
        ip.change(connecting(name(cell), address));
    }

    /// Keeps packets in and out. Nothing changes where that is so already, or the cell is gone.
    void cut(CellId cell) {
        ip.changeIfThere("link set dev " + name(cell) + " down");
    }

    /// Removes the link of a cell, if it is there.
    void remove(CellId cell) {
        ip.changeIfThere("link delete " + name(cell));
    }

    /// Makes the device that takes what is sent to cells that are not connected, if it is not
    /// there.
    ///
    /// @throws CellFailed if the pool's addresses lead elsewhere on this machine
    void prepare() {
        if (hasSink()) {
            return;
        }
        RouteConflict.find(ip, pool, sink)
                .ifPresent(conflict -> {
                    throw new CellFailed(conflict);
                });
        try {
            ip.change(
                    List.of(
                            "link add name " + sink + " type bridge",
                            "link set dev " + sink + " alias \"krg " + cluster + "\""));
        } catch (CellFailed failure) {
            // Another agent in this namespace may have been faster.
            if (!String.valueOf(failure.getMessage()).contains("File exists")) {
                throw failure;
            }
        }
        refuse();
        ip.change(
                List.of(
                        "link set dev " + sink + " arp off up",
                        "route replace %s dev %s %s scope link".formatted(pool, sink, PROTOCOL)));
    }

    /// Has the device refuse packets rather than lose them: a connection of this machine itself
    /// tries again every half second then, and does not wait twice as long each time (tcp(7)).
    private void refuse() {
        var line = List.of("tc", "qdisc", "replace", "dev", sink, "root", "pfifo", "limit", "0");
        try {
            var result = new Command(line, COMMAND_LIMIT).run();
            if (!result.isGood()) {
                throw new CellFailed(String.join(" ", line) + ": " + result.output().strip());
            }
        } catch (IOException failure) {
            throw new CellFailed("cannot run tc(8): " + failure.getMessage(), failure);
        }
    }

    boolean hasSink() {
        return ip.ask("-4", "-oneline", "route", "show", "exact", pool.toString()).stream()
                .anyMatch(line -> line.contains("dev " + sink + " "));
    }

    /// Removes that device.
    void removeSink() {
        ip.changeIfThere("link delete " + sink);
    }

    /// {@return the links of cells of this cluster that end in this namespace, also those of other
    /// nodes in it}
    List<Link> links() {
        return ip.ask("-oneline", "link", "show", "type", "veth").stream()
                .map(this::link)
                .flatMap(Optional::stream)
                .toList();
    }

    // 5: krg0a1b@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ...\    alias krg CLUSTER NODE 7.3
    // 10.1.2.3
    private Optional<Link> link(String line) {
        var marker = "alias krg " + cluster + " ";
        var at = line.indexOf(marker);
        var words = at < 0 ? new String[0] : line.substring(at + marker.length()).split(" ", -1);
        var cell = words.length < 3 ? Optional.<CellId>empty() : CellId.find(words[1]);
        return cell.map(id ->
                new Link(
                        line.split("[ :@]+", 3)[1],
                        new NodeId(words[0]),
                        id,
                        Ipv4Address.of(words[2].strip()),
                        line.matches("[^<]*<([A-Z_0-9-]+,)*UP[,>].*")));
    }

    private String alias(CellId cell, Ipv4Address address) {
        return "krg %s %s %s %s".formatted(cluster, node, cell, address);
    }

    /// As long as the name of a device may be.
    private String name(CellId cell) {
        var whole = cluster + "/" + node + "/" + cell;
        var hash = UUID.nameUUIDFromBytes(whole.getBytes(StandardCharsets.UTF_8)).toString();
        return "krg" + hash.replace("-", "").substring(0, 12);
    }
}
