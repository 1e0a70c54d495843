// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.model.SocketKind;

final class UnsavedSocketsTest {
    @ParameterizedTest
    @CsvSource({
        "MPTCP, MPTCP, multipathtcp=0",
        "MPTCPv6, MPTCP, multipathtcp=0",
        "AF_VSOCK, vsock, --net cell",
        "SCTP, SCTP, TCP",
        "SCTPv6, SCTP, TCP",
        "XDP, XDP, close it"
    })
    void whatCannotBeSavedHasAReasonAndARemedy(String protocol, String what, String remedy) {
        assertThat(UnsavedSockets.find(new SocketKind(5, protocol, false, "")))
                .hasValueSatisfying(it -> assertThat(it.what()).contains(what))
                .hasValueSatisfying(it -> assertThat(it.remedy()).contains(remedy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "UNIX", "UNIX-STREAM", "TCP", "TCPv6", "UDP", "UDPv6", "NETLINK"})
    void whatCanBeSavedHasNone(String protocol) {
        assertThat(UnsavedSockets.find(new SocketKind(5, protocol, false, ""))).isEmpty();
    }

    @Test
    void aMulticastGroupIsNamed() {
        assertThat(UnsavedSockets.find(new SocketKind(5, "UDP", false, "239.1.2.3")))
                .hasValueSatisfying(it -> assertThat(it.what()).contains("239.1.2.3"))
                .hasValueSatisfying(it -> assertThat(it.remedy()).contains("leave the group"));
    }

    @Test
    void whatKeepsBackIsToSendIt() {
        assertThat(UnsavedSockets.find(new SocketKind(5, "UDP", true, "")))
                .hasValueSatisfying(it -> assertThat(it.what()).contains("UDP_CORK"))
                .hasValueSatisfying(it -> assertThat(it.remedy()).contains("send it"));
    }
}
