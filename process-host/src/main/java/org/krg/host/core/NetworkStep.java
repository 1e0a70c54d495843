// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import org.krg.host.core.SeenNetwork.Link;
import org.krg.state.model.Ipv4Address;

/// Something the agent does to the network of its machine.
public sealed interface NetworkStep {
    /// Makes the device that takes what is sent to cells that are not connected.
    record MakeSink() implements NetworkStep {}

    /// Removes it.
    record RemoveSink() implements NetworkStep {}

    /// Removes the link of a cell, which is thereby cut for good.
    record RemoveLink(Link link) implements NetworkStep {}

    /// Leads the address of a connected cell to its link.
    record Lead(Link link) implements NetworkStep {}

    /// Leads an address to the machine that its cell is on.
    ///
    /// @param gateway the address of that machine
    record Forward(Ipv4Address address, Ipv4Address gateway) implements NetworkStep {}

    /// Leads an address to no machine any more.
    record Forget(Ipv4Address address) implements NetworkStep {}
}
