// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.checkpoint.model.Endpoint;
import org.krg.linux.MulticastGroup;

/// The sockets of a network, as `/proc/PID/net` lists them, proc(5).
final class SocketTables {
    /// States of TCP, `net/tcp_states.h`.
    static final int TCP_FIN_WAIT2 = 5;

    static final int TCP_TIME_WAIT = 6;
    static final int TCP_LISTEN = 10;

    /// Columns of `/proc/net/tcp`: local address, remote address, state, `tx_queue:rx_queue`,
    /// inode.
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int QUEUES = 4;
    private static final int INODE = 9;

    /// Columns of `/proc/net/unix`: inode, path.
    private static final int UNIX_INODE = 6;

    private static final int UNIX_PATH = 7;

    /// Column of `/proc/net/igmp6`.
    private static final int IGMP6_GROUP = 2;

    /// All nodes, all routers, and the groups by which neighbours find each other.
    private static final Pattern KERNELS_OWN =
            Pattern.compile("224\\.0\\.0\\.1|ff0[125]:0:0:0:0:0:0:[12]|ff02:0:0:0:0:1:ff.*");

    private SocketTables() {}

    /// A socket of IP.
    ///
    /// @param inode its number, as in `socket:[N]`; 0 if no process has it
    /// @param protocol whose table it is in: `tcp6`
    /// @param state as TCP counts them
    /// @param sentCount bytes of memory for what it has to send
    /// @param receivedCount bytes that it has and that were not read; connections where it listens
    record Row(
            long inode,
            String protocol,
            Endpoint local,
            Endpoint remote,
            int state,
            int sentCount,
            int receivedCount) {
        /// {@return what it is bound to: `tcp 127.0.0.1:8080`}
        String address() {
            return protocol + " " + local;
        }

        boolean isTcp() {
            return protocol.startsWith("tcp");
        }

        /// {@return what a connection has to send, or has sent and the other end has not confirmed}
        int unacknowledgedBytes() {
            return isTcp() && state != TCP_LISTEN ? sentCount : 0;
        }

        /// {@return connections that a listening socket has and that were not accepted}
        int waiting() {
            return isTcp() && state == TCP_LISTEN ? receivedCount : 0;
        }
    }

    /// A unix socket with an abstract name.
    ///
    /// @param inode its number, as in `socket:[N]`
    /// @param address what it is bound to: `unix @name`
    record Named(long inode, String address) {}

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
                                protocol,
                                endpoint(words[LOCAL]),
                                endpoint(words[REMOTE]),
                                Integer.parseInt(words[STATE], 16),
                                queue(words[QUEUES], 0),
                                queue(words[QUEUES], 1)));
            }
        }
        return rows;
    }

    /// {@return the unix sockets with an abstract name}
    static List<Named> abstractUnix(Path net) throws IOException {
        var rows = new ArrayList<Named>();
        for (var line : lines(net.resolve("unix"))) {
            var words = line.strip().split("\\s+", UNIX_PATH + 1);
            if (words.length > UNIX_PATH && words[UNIX_PATH].startsWith("@")) {
                rows.add(new Named(Long.parseLong(words[UNIX_INODE]), "unix " + words[UNIX_PATH]));
            }
        }
        return rows;
    }

    /// {@return the multicast groups that somebody in the network is in, without those that the
    /// kernel is in itself}
    static List<MulticastGroup> groups(Path net) throws IOException {
        var groups = new ArrayList<MulticastGroup>();
        var device = 0;
        for (var line : lines(net.resolve("igmp"))) {
            var words = line.strip().split("\\s+", -1);
            if (!line.startsWith("\t") && words[0].matches("[0-9]+")) {
                device = Integer.parseInt(words[0]);
            } else if (words[0].matches("[0-9A-F]{8}")) {
                groups.add(group(device, endpoint(words[0] + ":0").host()));
            }
        }
        for (var line : lines(net.resolve("igmp6"))) {
            var words = line.strip().split("\\s+", -1);
            var address = InetAddress.getByAddress(HexFormat.of().parseHex(words[IGMP6_GROUP]));
            groups.add(group(Integer.parseInt(words[0]), address.getHostAddress()));
        }
        groups.removeIf(it -> KERNELS_OWN.matcher(it.address().getHostAddress()).matches());
        return groups;
    }

    private static MulticastGroup group(int device, String address) throws UnknownHostException {
        return new MulticastGroup(device, InetAddress.getByName(address));
    }

    private static int queue(String queues, int column) {
        return Integer.parseUnsignedInt(queues.split(":", 2)[column], 16);
    }

    /// {@return an address of the tables; one of IPv4 that a socket of IPv6 has is one of IPv4} The
    /// kernel prints words of four bytes in the order of the machine, and the port apart from them.
    static Endpoint endpoint(String hex) throws UnknownHostException {
        var colon = hex.indexOf(':');
        var words = ByteBuffer.wrap(HexFormat.of().parseHex(hex.substring(0, colon)));
        var address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        return new Endpoint(
                InetAddress.getByAddress(address.array()).getHostAddress(),
                Integer.parseInt(hex.substring(colon + 1), 16));
    }

    private static List<String> lines(Path table) throws IOException {
        try {
            return Files.readAllLines(table, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException notInThisKernel) {
            return List.of();
        }
    }
}
