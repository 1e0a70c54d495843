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

/// The sockets of a network, as `/proc/PID/net` lists them, proc(5).
final class SocketTables {
    /// Columns of `/proc/net/tcp`: local address, state, `tx_queue:rx_queue`, inode.
    private static final int ADDRESS = 1;

    private static final int STATE = 3;
    private static final int QUEUES = 4;
    private static final int INODE = 9;
    private static final String TCP_LISTEN = "0A";

    /// Columns of `/proc/net/unix`: inode, path.
    private static final int UNIX_INODE = 6;

    private static final int UNIX_PATH = 7;

    private SocketTables() {}

    /// A socket.
    ///
    /// @param inode its number, as in `socket:[N]`
    /// @param address what it is bound to: `tcp 127.0.0.1:8080`
    /// @param waiting connections that a listening socket has and that were not accepted
    record Row(long inode, String address, int waiting) {}

    /// {@return the sockets of a protocol, such as `tcp6`}
    ///
    /// @param net `/proc/PID/net`
    static List<Row> inet(Path net, String protocol) throws IOException {
        var rows = new ArrayList<Row>();
        for (var line : lines(net.resolve(protocol))) {
            var words = line.strip().split("\\s+", -1);
            if (words.length > INODE && words[INODE].matches("[0-9]+")) {
                rows.add(
                        new Row(
                                Long.parseLong(words[INODE]),
                                protocol + " " + address(words[ADDRESS]),
                                protocol.startsWith("tcp") && words[STATE].equals(TCP_LISTEN)
                                        ? received(words[QUEUES])
                                        : 0));
            }
        }
        return rows;
    }

    /// {@return the unix sockets with an abstract name}
    static List<Row> abstractUnix(Path net) throws IOException {
        var rows = new ArrayList<Row>();
        for (var line : lines(net.resolve("unix"))) {
            var words = line.strip().split("\\s+", UNIX_PATH + 1);
            if (words.length > UNIX_PATH && words[UNIX_PATH].startsWith("@")) {
                rows.add(new Row(Long.parseLong(words[UNIX_INODE]), "unix " + words[UNIX_PATH], 0));
            }
        }
        return rows;
    }

    private static int received(String queues) {
        return Integer.parseUnsignedInt(queues.substring(queues.indexOf(':') + 1), 16);
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
