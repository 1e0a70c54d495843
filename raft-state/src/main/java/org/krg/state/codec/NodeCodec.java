// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Capabilities;
import org.krg.state.model.Engine;
import org.krg.state.model.HostPort;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Node;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeHistory;
import org.krg.state.model.NodeId;
import org.krg.state.model.NodeOrders;
import org.krg.state.model.Resources;
import org.krg.state.model.Role;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Nodes and what they are made of.
final class NodeCodec {
    private NodeCodec() {}

    static ObjectWire.Node encode(Node node) {
        var wire =
                ObjectWire.Node.newBuilder()
                        .setId(node.id().name())
                        .setIncarnation(node.incarnation())
                        .setAgentStarts(node.agentStarts())
                        .setRole(encode(node.role()))
                        .setAddresses(encode(node.addresses()))
                        .setCapacity(encode(node.capacity()))
                        .setCapabilities(encode(node.capabilities()))
                        .setLeaseTtl(Wire.encode(node.leaseTtl()))
                        .setState(encode(node.state()))
                        .setSince(Wire.encode(node.since()))
                        .setCordoned(node.cordoned())
                        .setDemoted(node.demoted())
                        .setLosses(node.history().losses());
        if (!node.history().served().isZero()) {
            wire.setServed(Wire.encode(node.history().served()));
        }
        return wire.build();
    }

    static Node decode(ObjectWire.Node node) {
        return new Node(
                new NodeId(node.getId()),
                node.getIncarnation(),
                node.getAgentStarts(),
                Wire.constant(Role.values(), NodeCodec::encode, node.getRole()),
                decode(node.getAddresses()),
                decode(node.getCapacity()),
                decode(node.getCapabilities()),
                Wire.decode(node.getLeaseTtl()),
                Wire.constant(Node.State.values(), NodeCodec::encode, node.getState()),
                Wire.decode(node.getSince()),
                new NodeOrders(node.getCordoned(), node.getDemoted()),
                new NodeHistory(node.getLosses(), Wire.decode(node.getServed())));
    }

    static ValueWire.Resources encode(Resources resources) {
        return ValueWire.Resources.newBuilder()
                .setCpuMillis(resources.cpuMillis())
                .setMemoryBytes(resources.memoryBytes())
                .build();
    }

    static Resources decode(ValueWire.Resources resources) {
        return new Resources(resources.getCpuMillis(), resources.getMemoryBytes());
    }

    static ValueWire.Engine encode(Engine engine) {
        return switch (engine) {
            case CRIU -> ValueWire.Engine.ENGINE_CRIU;
            case COOPERATIVE -> ValueWire.Engine.ENGINE_COOPERATIVE;
            case RESTART -> ValueWire.Engine.ENGINE_RESTART;
        };
    }

    static Engine decode(ValueWire.Engine engine) {
        return Wire.constant(Engine.values(), NodeCodec::encode, engine);
    }

    private static ValueWire.Role encode(Role role) {
        return switch (role) {
            case VOTER -> ValueWire.Role.ROLE_VOTER;
            case LISTENER -> ValueWire.Role.ROLE_LISTENER;
        };
    }

    private static ValueWire.NodeState encode(Node.State state) {
        return switch (state) {
            case READY -> ValueWire.NodeState.NODE_STATE_READY;
            case LOST -> ValueWire.NodeState.NODE_STATE_LOST;
        };
    }

    private static ValueWire.NodeAddresses encode(NodeAddresses addresses) {
        return ValueWire.NodeAddresses.newBuilder()
                .setApi(encode(addresses.api()))
                .setRaft(encode(addresses.raft()))
                .setPeer(encode(addresses.peer()))
                .build();
    }

    private static NodeAddresses decode(ValueWire.NodeAddresses addresses) {
        return new NodeAddresses(
                decode(addresses.getApi()),
                decode(addresses.getRaft()),
                decode(addresses.getPeer()));
    }

    private static ValueWire.HostPort encode(HostPort address) {
        return ValueWire.HostPort.newBuilder()
                .setHost(address.host())
                .setPort(address.port())
                .build();
    }

    private static HostPort decode(ValueWire.HostPort address) {
        return new HostPort(address.getHost(), address.getPort());
    }

    private static ValueWire.Capabilities encode(Capabilities offers) {
        var wire =
                ValueWire.Capabilities.newBuilder()
                        .setArchitecture(offers.architecture())
                        .setKernel(offers.kernel())
                        .setCriu(offers.criu())
                        .addAllEngines(offers.engines().stream().map(NodeCodec::encode).toList())
                        .setRoot(offers.root())
                        .setUid(offers.uid())
                        .addAllNotes(offers.notes());
        offers.cellNetwork().ifPresent(pool -> wire.setCellNetwork(encode(pool)));
        return wire.build();
    }

    static ValueWire.AddressPool encode(AddressPool pool) {
        return ValueWire.AddressPool.newBuilder()
                .setFirst(pool.first().bits())
                .setPrefix(pool.prefix())
                .build();
    }

    static AddressPool decode(ValueWire.AddressPool pool) {
        return new AddressPool(new Ipv4Address(pool.getFirst()), pool.getPrefix());
    }

    private static Capabilities decode(ValueWire.Capabilities offers) {
        return new Capabilities(
                offers.getArchitecture(),
                offers.getKernel(),
                offers.getCriu(),
                offers.getEnginesList().stream().map(NodeCodec::decode).toList(),
                offers.getRoot(),
                offers.getUid(),
                offers.getNotesList(),
                offers.hasCellNetwork()
                        ? Optional.of(decode(offers.getCellNetwork()))
                        : Optional.empty());
    }
}
