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
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;

/// Sockets of a tree that are bound to an address of the machine's network, or to an abstract name
/// in it.
final class BoundSockets {
    private static final List<String> INET = List.of("tcp", "tcp6", "udp", "udp6");

    private BoundSockets() {}

    static List<BoundSocket> of(ProcessTree tree) throws IOException {
        var found = new ArrayList<BoundSocket>();
        var addresses = new TreeMap<Long, String>();
        for (var process : tree.processes()) {
            if (addresses.isEmpty()) {
                read(Path.of("/proc", "" + process.hostPid(), "net"), addresses);
            }
            for (var file : process.files()) {
                var address = addresses.get(file.facts().inode());
                if (file.type() == OpenFile.Type.SOCKET && address != null) {
                    found.add(new BoundSocket(process.pid(), file.fd(), address));
                }
            }
        }
        return found;
    }

    private static void read(Path net, Map<Long, String> addresses) throws IOException {
        var rows = new ArrayList<Row>();
        for (var protocol : INET) {
            rows.addAll(SocketTables.inet(net, protocol));
        }
        rows.addAll(SocketTables.abstractUnix(net));
        rows.forEach(row -> addresses.put(row.inode(), row.address()));
    }
}
