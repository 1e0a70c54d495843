// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.checkpoint.model.TcpSocket.State.CONNECTED;
import static org.krg.checkpoint.model.TcpSocket.State.DELIVERED;
import static org.krg.checkpoint.model.TcpSocket.State.LISTENS;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.Endpoint;
import org.krg.checkpoint.model.TcpSocket;
import org.krg.checkpoint.model.TcpSocket.State;

final class OutsideConnectionsTest {
    private static final Endpoint ANY = new Endpoint("0.0.0.0", 80);
    private static final Endpoint NONE = new Endpoint("0.0.0.0", 0);
    private static final Endpoint SERVER = new Endpoint("127.0.0.1", 80);
    private static final Endpoint CLIENT = new Endpoint("127.0.0.1", 40_000);
    private static final Endpoint FAR = new Endpoint("10.0.0.9", 443);
    private static final long OWN = 1;
    private static final long OTHER = 2;
    private static final long LISTENER = 3;
    private static final long NOBODY = 0;

    @Test
    void oneToAnotherMachineLeadsOut() {
        assertThat(outside(Set.of(OWN), socket(OWN, CLIENT, FAR, CONNECTED)))
                .isEqualTo(Map.of(OWN, FAR));
    }

    @Test
    void oneToAnotherProcessOfThisMachineLeadsOutAndOneWithinDoesNot() {
        var client = socket(OWN, CLIENT, SERVER, CONNECTED);
        var server = socket(OTHER, SERVER, CLIENT, CONNECTED);
        assertThat(outside(Set.of(OWN), client, server)).containsOnlyKeys(OWN);
        assertThat(outside(Set.of(OTHER), client, server)).containsOnlyKeys(OTHER);
        assertThat(outside(Set.of(OWN, OTHER), client, server)).isEmpty();
        assertThat(outside(Set.of(), client, server)).isEmpty();
    }

    @Test
    void oneWhoseOtherEndOnThisMachineIsGoneDoesNot() {
        var another = new Endpoint("127.0.1.1", 80);
        assertThat(outside(Set.of(OWN), socket(OWN, CLIENT, another, CONNECTED))).isEmpty();
        assertThat(outside(Set.of(OWN), socket(OWN, CLIENT, SERVER, CONNECTED))).isEmpty();
    }

    @Test
    void oneThatOnlySendsNoMoreStillLeadsOut() {
        assertThat(outside(Set.of(OWN), socket(OWN, CLIENT, FAR, DELIVERED))).containsOnlyKeys(OWN);
    }

    @Test
    void aSocketThatListensLeadsNowhere() {
        assertThat(outside(Set.of(OWN), socket(OWN, ANY, NONE, LISTENS))).isEmpty();
    }

    @Test
    void oneThatIsNotAcceptedLeadsToWhoeverListens() {
        var client = socket(OWN, CLIENT, SERVER, CONNECTED);
        var waiting = socket(NOBODY, SERVER, CLIENT, CONNECTED);
        var own = Set.of(OWN, LISTENER);
        assertThat(outside(own, client, waiting, socket(LISTENER, ANY, NONE, LISTENS))).isEmpty();
        assertThat(outside(own, client, waiting, socket(LISTENER, SERVER, NONE, LISTENS)))
                .isEmpty();

        var elsewhere = new Endpoint("127.0.0.2", 80);
        assertThat(outside(own, client, waiting, socket(LISTENER, elsewhere, NONE, LISTENS)))
                .containsOnlyKeys(OWN);
        var otherPort = new Endpoint("0.0.0.0", 81);
        assertThat(outside(own, client, waiting, socket(LISTENER, otherPort, NONE, LISTENS)))
                .containsOnlyKeys(OWN);
        assertThat(outside(own, client, waiting, socket(OTHER, ANY, NONE, LISTENS)))
                .containsOnlyKeys(OWN);
        assertThat(outside(own, client, waiting, socket(LISTENER, SERVER, FAR, CONNECTED)))
                .containsOnlyKeys(OWN, LISTENER);
    }

    @Test
    void oneWhoseOtherEndIsClosedIsMissedByNobodyOnceAllIsDelivered() {
        var own = socket(OWN, CLIENT, SERVER, CONNECTED);
        assertThat(outside(Set.of(OWN), own, socket(NOBODY, SERVER, CLIENT, DELIVERED))).isEmpty();
        assertThat(outside(Set.of(OWN), own, socket(NOBODY, SERVER, CLIENT, CONNECTED)))
                .containsOnlyKeys(OWN);
        assertThat(outside(Set.of(OWN), own)).isEmpty();
    }

    private static Map<Long, Endpoint> outside(Set<Long> own, TcpSocket... network) {
        return OutsideConnections.of(new TreeSet<>(own), List.of(network));
    }

    private static TcpSocket socket(long inode, Endpoint local, Endpoint remote, State state) {
        return new TcpSocket(inode, local, remote, state);
    }
}
