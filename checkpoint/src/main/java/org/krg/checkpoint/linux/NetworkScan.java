// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.checkpoint.linux.SocketTables.Row;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TcpSocket;
import org.krg.checkpoint.model.TcpSocket.State;
import org.krg.checkpoint.model.TreeProcess;

/// One reading of the network of a tree: its sockets that are bound to an address there, or to an
/// abstract name, and who is connected to whom. Used once.
final class NetworkScan {
    private static final List<String> INET = List.of("tcp", "tcp6", "udp", "udp6");

    private final ProcessTree tree;
    private final Map<Long, String> addresses = new TreeMap<>();
    private final List<TcpSocket> tcp = new ArrayList<>();

    NetworkScan(ProcessTree tree) {
        this.tree = tree;
    }

    Inspection run() throws IOException {
        var bound = new ArrayList<BoundSocket>();
        for (var process : tree.processes()) {
            var sockets = sockets(process);
            // They are in one network; the first that has not ended shows it.
            if (!sockets.isEmpty() && addresses.isEmpty()) {
                read(Path.of("/proc", "" + process.hostPid(), "net"));
            }
            for (var socket : sockets) {
                var address = addresses.get(socket.facts().inode());
                if (address != null) {
                    bound.add(new BoundSocket(process.pid(), socket.fd(), address));
                }
            }
        }
        return new Inspection(bound, tcp);
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
                }
            }
        }
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
