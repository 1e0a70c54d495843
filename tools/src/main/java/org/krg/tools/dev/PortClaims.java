// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.krg.host.HostFailure;

/// Blocks of ports that a command has taken for agents that do not listen yet. Another command does
/// not get them: the last port of each is bound until this is closed.
///
/// Blocks of nodes that do not run at the moment are not to be had either, as long as one of their
/// cluster does.
final class PortClaims implements AutoCloseable {
    /// API, Raft, Raft's administration, agents among themselves.
    private static final int USED = 4;

    private static final int CLAIM = PortBlocks.STEP - 1;

    private final Set<Integer> promised;
    private final Deque<ServerSocket> claims = new ArrayDeque<>();

    private PortClaims(Set<Integer> promised) {
        this.promised = promised;
    }

    static PortClaims open() {
        var promised = new HashSet<Integer>();
        for (var directory : AgentProcess.directories()) {
            try {
                directory.endpoints().stream()
                        .filter(api -> api.host().equals(PortBlocks.LOOPBACK))
                        .forEach(api -> promised.add(api.port()));
            } catch (HostFailure damaged) {
                // Its running nodes still hold their ports.
            }
        }
        return new PortClaims(promised);
    }

    /// Takes the block that begins with a port.
    ///
    /// @return whether it could be had
    boolean take(int block) {
        if (promised.contains(block)) {
            return false;
        }
        try {
            claims.push(bind(block + CLAIM));
        } catch (IOException taken) {
            return false;
        }
        for (var port = block; port < block + USED; port++) {
            if (!isFree(port)) {
                return false;
            }
        }
        return true;
    }

    /// {@return whether nothing listens on the port of loopback}
    static boolean isFree(int port) {
        try (var _ = bind(port)) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        for (var claim : claims) {
            claim.close();
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        var socket = new ServerSocket();
        try {
            // A connection that has just ended does not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(PortBlocks.LOOPBACK), port));
            return socket;
        } catch (IOException taken) {
            socket.close();
            throw taken;
        }
    }
}
