// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;

/// Sockets of a tree that are bound to an address of the machine's network, or to an abstract name
/// in it, as `/proc/PID/net` lists them, proc(5).
final class BoundSockets {
    private static final List<String> INET = List.of("tcp", "tcp6", "udp", "udp6");

    /// Columns of `/proc/net/tcp`: local address, inode.
    private static final int ADDRESS = 1;

    private static final int INODE = 9;

    /// Columns of `/proc/net/unix`: inode, path.
    private static final int UNIX_INODE = 6;

    private static final int UNIX_PATH = 7;

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
        for (var protocol : INET) {
            for (var line : lines(net.resolve(protocol))) {
                var words = line.strip().split("\\s+", -1);
                if (words.length > INODE && words[INODE].matches("[0-9]+")) {
                    var address = protocol + " " + address(words[ADDRESS]);
                    addresses.put(Long.parseLong(words[INODE]), address);
                }
            }
        }
        for (var line : lines(net.resolve("unix"))) {
            var words = line.strip().split("\\s+", UNIX_PATH + 1);
            if (words.length > UNIX_PATH && words[UNIX_PATH].startsWith("@")) {
                addresses.put(Long.parseLong(words[UNIX_INODE]), "unix " + words[UNIX_PATH]);
            }
        }
    }

    /// {@return an address as people write it} The kernel prints words of four bytes in the order
    /// of the machine, and the port apart from them.
    static String address(String hex) {
        var colon = hex.indexOf(':');
        var port = Integer.parseInt(hex.substring(colon + 1), 16);
        var bytes = HexFormat.of().parseHex(hex.substring(0, colon));
        if (bytes.length != 4) {
            return "[" + hex.substring(0, colon) + "]:" + port;
        }
        return "%d.%d.%d.%d:%d"
                .formatted(
                        bytes[3] & 0xff, bytes[2] & 0xff, bytes[1] & 0xff, bytes[0] & 0xff, port);
    }

    private static List<String> lines(Path table) throws IOException {
        try {
            return Files.readAllLines(table, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException notInThisKernel) {
            return List.of();
        }
    }
}
