// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.host.model.CellId;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeId;

/// What the network namespace of an agent looks like, as far as cells' addresses go.
///
/// @param sink whether there is a device that takes what is sent to cells that are not connected
/// @param links those of this cluster's cells, also of other nodes in the same namespace
/// @param direct addresses that lead to a device, and to which
/// @param forwarded addresses that lead to another machine, and to which address of it
/// @param gateways by what address another node is reached; empty for one in the same namespace. A
///   node is missing while its address is not known
public record SeenNetwork(
        boolean sink,
        List<Link> links,
        SortedMap<Ipv4Address, String> direct,
        SortedMap<Ipv4Address, Ipv4Address> forwarded,
        SortedMap<NodeId, Optional<Ipv4Address>> gateways) {
    public SeenNetwork {
        links = List.copyOf(links);
        direct = new TreeMap<>(direct);
        forwarded = new TreeMap<>(forwarded);
        gateways = new TreeMap<>(gateways);
    }

    /// {@return by what address of its machine a node is reached; empty for one in the same
    /// namespace, and while it is not known}
    Optional<Ipv4Address> gateway(NodeId node) {
        return gateways.getOrDefault(node, Optional.empty());
    }

    /// The link of a cell.
    ///
    /// @param name of the device outside of the cell
    /// @param node whose cell it is
    /// @param up whether the cell is connected
    public record Link(String name, NodeId node, CellId cell, Ipv4Address address, boolean up) {}
}
