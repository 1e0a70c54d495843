// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.krg.host.HostFailure;

/// The TCP sockets of this machine and their owners, `proc_net_tcp(5)`.
final class SocketTable {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int UID = 7;
    private static final int INODE = 9;

    /// A socket that no process holds any more is shown as owned by root, so only one that stands
    /// open tells who is at its end.
    private static final String ESTABLISHED = "01";

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private SocketTable() {}

    /// {@return the uid of who opened the socket at `client` that is connected to `server`}
    static OptionalInt owner(InetSocketAddress client, InetSocketAddress server) {
        return Stream.of("tcp", "tcp6")
                .map(Path.of("/proc/self/net")::resolve)
                .filter(Files::exists)
                .map(table -> owner(lines(table), client, server))
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    static OptionalInt owner(
            List<String> table, InetSocketAddress client, InetSocketAddress server) {
        return table.stream()
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length > INODE)
                .filter(row -> isAt(row[LOCAL], client) && isAt(row[REMOTE], server))
                .filter(row -> row[STATE].equals(ESTABLISHED) && !row[INODE].equals("0"))
                .mapToInt(row -> Integer.parseUnsignedInt(row[UID]))
                .findFirst();
    }

    private static boolean isAt(String text, InetSocketAddress address) {
        var colon = text.indexOf(':');
        var port = String.format(Locale.ROOT, "%04X", address.getPort());
        return text.substring(colon + 1).equals(port)
                && Arrays.equals(bytes(text.substring(0, colon)), bytes(address.getAddress()));
    }

    /// Words of four bytes, each in the machine's order.
    private static byte[] bytes(String hex) {
        var words = ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.nativeOrder());
        var bytes = ByteBuffer.allocate(words.remaining());
        while (words.hasRemaining()) {
            bytes.putInt(words.getInt());
        }
        return unmapped(bytes.array());
    }

    private static byte[] bytes(InetAddress address) {
        return unmapped(address.getAddress());
    }

    private static byte[] unmapped(byte[] address) {
        var mapped =
                address.length == 16
                        && Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        return mapped ? Arrays.copyOfRange(address, MAPPED.length, 16) : address;
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "cannot tell who calls: " + failure,
                    "give the node's token as Authorization: Bearer TOKEN",
                    failure);
        }
    }
}
