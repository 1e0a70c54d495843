// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.linux.SocketTables.Row;
import org.krg.checkpoint.model.Endpoint;

final class SocketTablesTest {
    @Test
    void addressesAreReadAsPeopleWriteThem() throws UnknownHostException {
        assertThat(SocketTables.endpoint("0100007F:1F90")).hasToString("127.0.0.1:8080");
        assertThat(SocketTables.endpoint("00000000000000000000000001000000:1F90"))
                .hasToString("[0:0:0:0:0:0:0:1]:8080");
        assertThat(SocketTables.endpoint("B80D0120000000000000000002000000:0001"))
                .hasToString("[2001:db8:0:0:0:0:0:2]:1");
    }

    @Test
    void anAddressOfIpv4IsTheSameOnASocketOfIpv6() throws UnknownHostException {
        assertThat(SocketTables.endpoint("0000000000000000FFFF00000100007F:1F90"))
                .isEqualTo(new Endpoint("127.0.0.1", 8080));
    }

    @Test
    void everyAddressIsKnownAsSuch() throws UnknownHostException {
        assertThat(SocketTables.endpoint("00000000:0050").isAny()).isTrue();
        assertThat(SocketTables.endpoint("00000000000000000000000000000000:0050").isAny()).isTrue();
        assertThat(SocketTables.endpoint("0100007F:0050").isAny()).isFalse();
    }

    @Test
    void bothEndsOfAConnectionAndWhatWaitsAreInTheTables() throws IOException {
        try (var server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
                var client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            var listening = new Endpoint("127.0.0.1", server.getLocalPort());
            var calling = new Endpoint("127.0.0.1", client.getLocalPort());
            assertThat(rows())
                    .filteredOn(it -> it.local().equals(listening))
                    .filteredOn(it -> it.state() == SocketTables.TCP_LISTEN)
                    .singleElement()
                    .returns(1, Row::waiting);
            assertThat(rows())
                    .filteredOn(it -> it.local().equals(listening))
                    .filteredOn(it -> it.remote().equals(calling))
                    .singleElement()
                    .returns(0L, Row::inode);
            assertThat(rows())
                    .filteredOn(it -> it.local().equals(calling))
                    .filteredOn(it -> it.remote().equals(listening))
                    .singleElement()
                    .returns(0, Row::waiting);
        }
    }

    private static List<Row> rows() throws IOException {
        var rows = new ArrayList<Row>();
        for (var protocol : List.of("tcp", "tcp6")) {
            rows.addAll(SocketTables.inet(Path.of("/proc/self/net"), protocol));
        }
        return rows;
    }
}
