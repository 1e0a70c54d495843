// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.checkpoint.linux.SocketTables.Row;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SocketKind;
import org.krg.checkpoint.model.TcpSocket;
import org.krg.checkpoint.model.TcpSocket.State;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.linux.MulticastGroup;

/// One reading of the sockets of a tree and of the network that they are in. Used once.
final class NetworkScan {
    private static final List<String> INET = List.of("tcp", "tcp6", "udp", "udp6");

    private final ProcessTree tree;
    private final List<SocketKind> kinds = new ArrayList<>();
    private final List<TcpSocket> tcp = new ArrayList<>();
    private final Map<Long, String> addresses = new TreeMap<>();

    /// Sockets of UDP that have something to send.
    private final Set<Long> sending = new TreeSet<>();

    private final List<MulticastGroup> groups = new ArrayList<>();

    NetworkScan(ProcessTree tree) {
        this.tree = tree;
    }

    /// {@return the sockets that are bound to an address, or to an abstract name}
    List<BoundSocket> run() throws IOException {
        var bound = new ArrayList<BoundSocket>();
        for (var process : tree.processes()) {
            var sockets = sockets(process);
            // They are in one network; the first that has not ended shows it.
            if (!sockets.isEmpty() && addresses.isEmpty()) {
                read(Path.of("/proc", "" + process.hostPid(), "net"));
            }
            for (var socket : sockets) {
                var inode = socket.facts().inode();
                kinds.add(
                        SocketProbe.kind(
                                process.hostPid(), socket, sending.contains(inode), groups));
                if (addresses.containsKey(inode)) {
                    bound.add(new BoundSocket(process.pid(), socket.fd(), addresses.get(inode)));
                }
            }
        }
        return bound;
    }

    /// {@return what the sockets of the tree are}
    List<SocketKind> kinds() {
        return kinds;
    }

    /// {@return all sockets of TCP in the network; empty if the tree has no sockets}
    List<TcpSocket> tcp() {
        return tcp;
    }

    private static List<OpenFile> sockets(TreeProcess process) {
        return process.files().stream().filter(it -> it.type() == OpenFile.Type.SOCKET).toList();
    }

    private void read(Path net) throws IOException {
        for (var protocol : INET) {
            for (var row : SocketTables.inet(net, protocol)) {
                addresses.put(row.inode(), row.address());
                if (row.isTcp()) {
                    tcp.add(new TcpSocket(row.inode(), row.local(), row.remote(), state(row)));
                } else if (row.sentCount() > 0) {
                    sending.add(row.inode());
                }
            }
        }
        groups.addAll(SocketTables.groups(net));
        SocketTables.abstractUnix(net).forEach(it -> addresses.put(it.inode(), it.address()));
    }

    private static State state(Row row) {
        return switch (row.state()) {
            case SocketTables.TCP_LISTEN -> State.LISTENS;
            case SocketTables.TCP_FIN_WAIT2, SocketTables.TCP_TIME_WAIT -> State.DELIVERED;
            default -> State.CONNECTED;
        };
    }
}
