// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.krg.host.HostFailure;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;

/// The ports of dev nodes: each has a block of ten on loopback, the first from 7440 on, and blocks
/// that are taken are left out.
final class PortBlocks {
    /// Ports from the first of a block to the first of the next.
    static final int STEP = 10;

    static final String LOOPBACK = "127.0.0.1";

    private static final int FIRST = 7440;

    /// Above are the ports that Linux gives to clients, `ip_local_port_range`.
    private static final int END = 32_760;

    private PortBlocks() {}

    /// {@return addresses for `count` nodes}
    ///
    /// @param take takes the block that begins with a port, if it can be had
    static List<NodeAddresses> pick(int count, IntPredicate take) {
        var found = new ArrayList<NodeAddresses>();
        for (var block = FIRST; found.size() < count; block += STEP) {
            if (block >= END) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "there are not enough free ports for " + count + " nodes",
                        "stop other dev clusters with `krg-admin dev down`");
            }
            if (take.test(block)) {
                found.add(addresses(block));
            }
        }
        return found;
    }

    private static NodeAddresses addresses(int block) {
        return new NodeAddresses(
                new HostPort(LOOPBACK, block),
                new HostPort(LOOPBACK, block + 1),
                new HostPort(LOOPBACK, block + 3));
    }
}
