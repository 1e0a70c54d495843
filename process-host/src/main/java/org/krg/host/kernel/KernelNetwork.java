// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.host.HostFailure;
import org.krg.host.core.NetworkStep;
import org.krg.host.core.SeenNetwork;
import org.krg.host.engine.MachineNetwork;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// The [MachineNetwork] of the engine: the network namespace that the agent is in.
public final class KernelNetwork implements MachineNetwork {
    private final CellLinks links;
    private final Ip ip;

    public KernelNetwork(CellLinks links) {
        this(links, Ip.here());
    }

    KernelNetwork(CellLinks links, Ip ip) {
        this.links = links;
        this.ip = ip;
    }

    @Override
    public SeenNetwork look(Collection<Node> nodes) {
        try {
            var direct = new TreeMap<Ipv4Address, String>();
            var forwarded = new TreeMap<Ipv4Address, Ipv4Address>();
            for (var line : ip.ask("-4", "-oneline", "route", "show", "proto", "201")) {
                read(List.of(line.strip().split("\\s+", -1)), direct, forwarded);
            }
            return new SeenNetwork(
                    links.hasSink(), links.links(), direct, forwarded, gateways(nodes));
        } catch (CellFailed failure) {
            throw failed(failure);
        }
    }

    // 10.201.0.7 dev krg1a scope link | 10.201.0.8 via 192.0.2.3 dev eth0 | 10.201.0.0/16 dev
    // krg-1a
    private static void read(
            List<String> words,
            Map<Ipv4Address, String> direct,
            Map<Ipv4Address, Ipv4Address> forwarded) {
        if (words.size() < 3 || words.getFirst().contains("/")) {
            return;
        }
        var address = Ipv4Address.of(words.getFirst());
        switch (words.get(1)) {
            case "dev" -> direct.put(address, words.get(2));
            case "via" -> forwarded.put(address, Ipv4Address.of(words.get(2)));
            default -> {}
        }
    }

    private static SortedMap<NodeId, Optional<Ipv4Address>> gateways(Collection<Node> nodes) {
        var gateways = new TreeMap<NodeId, Optional<Ipv4Address>>();
        for (var node : nodes) {
            find(node.addresses().peer().host())
                    .ifPresent(address -> gateways.put(node.id(), gateway(address)));
        }
        return gateways;
    }

    private static Optional<Inet4Address> find(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .filter(Inet4Address.class::isInstance)
                    .map(Inet4Address.class::cast)
                    .findFirst();
        } catch (UnknownHostException unknown) {
            return Optional.empty();
        }
    }

    /// {@return the address; empty if this namespace has it itself}
    private static Optional<Ipv4Address> gateway(Inet4Address address) {
        try {
            return NetworkInterface.getByInetAddress(address) == null
                    ? Optional.of(Ipv4Address.of(address.getHostAddress()))
                    : Optional.empty();
        } catch (SocketException failure) {
            throw new CellFailed("cannot list the addresses of this machine", failure);
        }
    }

    @Override
    public void perform(NetworkStep step) {
        try {
            switch (step) {
                case NetworkStep.MakeSink() -> links.prepare();
                case NetworkStep.RemoveSink() -> links.removeSink();
                case NetworkStep.RemoveLink(var link) -> links.remove(link.cell());
                case NetworkStep.Lead(var link) ->
                        ip.change(List.of(CellLinks.routing(link.address(), link.name())));
                case NetworkStep.Forward(var address, var gateway) ->
                        ip.change(
                                List.of(
                                        "route replace %s/32 via %s %s"
                                                .formatted(address, gateway, CellLinks.PROTOCOL)));
                case NetworkStep.Forget(var address) ->
                        ip.change(
                                List.of(
                                        "route delete %s/32 %s"
                                                .formatted(address, CellLinks.PROTOCOL)));
            }
        } catch (CellFailed failure) {
            throw failed(failure);
        }
    }

    private static HostFailure failed(CellFailed failure) {
        return new HostFailure(
                HostFailure.Code.FAILED, String.valueOf(failure.getMessage()), "", failure);
    }
}
