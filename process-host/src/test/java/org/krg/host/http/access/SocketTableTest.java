// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SocketTableTest {
    private static final InetSocketAddress SERVER = at("127.0.0.1", 7440);
    private static final InetSocketAddress CLIENT = at("127.0.0.1", 50_001);
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid ";

    @Test
    void theOwnerIsTheOneOfTheSocketAtTheClientsEnd() {
        var table =
                List.of(
                        HEAD,
                        row("0100007F:1D10", "0100007F:C351", "01", 0, 11),
                        row("0100007F:C351", "0100007F:1D10", "01", 1_000, 12));

        assertThat(SocketTable.owner(table, CLIENT, SERVER)).hasValue(1_000);
        assertThat(SocketTable.owner(table, SERVER, CLIENT)).hasValue(0);
        assertThat(SocketTable.owner(table, at("127.0.0.1", 9), SERVER)).isEmpty();
    }

    @Test
    void aSocketForBothFamiliesIsFoundByItsMappedAddress() {
        var mapped = "0000000000000000FFFF00000100007F";
        var table = List.of(HEAD, row(mapped + ":C351", mapped + ":1D10", "01", 1_000, 12));

        assertThat(SocketTable.owner(table, CLIENT, SERVER)).hasValue(1_000);
    }

    @Test
    void theLoopbackOfVersionSixIsFound() {
        var loopback = "00000000000000000000000001000000";
        var table = List.of(HEAD, row(loopback + ":C351", loopback + ":1D10", "01", 1_000, 12));

        assertThat(SocketTable.owner(table, at("::1", 50_001), at("::1", 7440))).hasValue(1_000);
    }

    @Test
    void aSocketThatNobodyHoldsIsNotRoots() {
        assertThat(
                        SocketTable.owner(
                                List.of(HEAD, row("0100007F:C351", "0100007F:1D10", "06", 0, 0)),
                                CLIENT,
                                SERVER))
                .isEmpty();
        assertThat(
                        SocketTable.owner(
                                List.of(HEAD, row("0100007F:C351", "0100007F:1D10", "01", 0, 0)),
                                CLIENT,
                                SERVER))
                .isEmpty();
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static String row(String local, String remote, String state, int uid, int inode) {
        return "   1: %s %s %s 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0 100 0"
                .formatted(local, remote, state, uid, inode);
    }
}
