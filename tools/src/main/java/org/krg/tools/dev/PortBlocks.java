// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.krg.host.HostFailure;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;

/// The ports of dev nodes: each has a block of ten on loopback, the first from 7440 on, and blocks
/// of which a port is taken are left out.
final class PortBlocks {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int FIRST = 7440;
    private static final int STEP = 10;

    /// Above are the ports that Linux gives to clients, `ip_local_port_range`.
    private static final int END = 32_760;

    /// API, Raft, Raft's administration, agents among themselves.
    private static final int USED = 4;

    private PortBlocks() {}

    /// {@return addresses for `count` nodes}
    ///
    /// @param isFree whether nothing listens on a port of loopback
    static List<NodeAddresses> pick(int count, IntPredicate isFree) {
        var found = new ArrayList<NodeAddresses>();
        for (var block = FIRST; found.size() < count; block += STEP) {
            if (block >= END) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "there are not enough free ports for " + count + " nodes",
                        "stop other dev clusters with `krg-admin dev down`");
            }
            if (isFree(block, isFree)) {
                found.add(addresses(block));
            }
        }
        return found;
    }

    /// {@return whether nothing listens on the port of loopback}
    static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static boolean isFree(int block, IntPredicate isFree) {
        for (var port = block; port < block + USED; port++) {
            if (!isFree.test(port)) {
                return false;
            }
        }
        return true;
    }

    private static NodeAddresses addresses(int block) {
        return new NodeAddresses(
                new HostPort(LOOPBACK, block),
                new HostPort(LOOPBACK, block + 1),
                new HostPort(LOOPBACK, block + 3));
    }
}
