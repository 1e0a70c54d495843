// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.model.HostPort;
import org.krg.testkit.RawHttp2;
import org.krg.testkit.RawHttp2.End;
import org.krg.testkit.StateCluster;

/// The Raft port under floods: whoever floods is stopped, and the group goes on.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class RaftFloodTest {
    private static final String VOTE = "/ratis.grpc.RaftServerProtocolService/requestVote";

    @TempDir static Path directory;

    private final ClusterOperations client = new ClusterOperations();
    private StateCluster cluster;
    private HostPort raft;

    @BeforeAll
    void start() {
        cluster = StateCluster.start(directory, 3);
        raft = cluster.address(cluster.awaitLeader());
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private void assertItGoesOn() {
        // On a busy machine the leader may change for reasons of its own.
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() ->
                        assertThat(client.grantMany(cluster.store(cluster.awaitLeader()), 5))
                                .isNotNull());
    }

    @Test
    void resetsInMassesEndTheConnection() throws IOException {
        try (var flood = new RawHttp2(raft)) {
            resetManyTimes(flood);
        }
        assertItGoesOn();
    }

    private static void resetManyTimes(RawHttp2 flood) throws IOException {
        try {
            for (var i = 0; i < 1_000; i++) {
                flood.openAndReset(2 * i + 1, VOTE);
            }
        } catch (IOException ended) {
            return;
        }
        flood.awaitEndOfConnection();
    }

    @Test
    void moreCallsAtOnceThanAllowedAreRefused() throws IOException {
        try (var flood = new RawHttp2(raft)) {
            for (var i = 0; i < 300; i++) {
                flood.open(2 * i + 1, VOTE);
            }
            assertThat(flood.awaitEnd()).isEqualTo(End.STREAM_ENDED);
        }
        assertItGoesOn();
    }

    @Test
    void headersWithoutEndEndTheConnection() throws IOException {
        try (var flood = new RawHttp2(raft)) {
            flood.openEndless(1, VOTE);
            addHeadersForEver(flood);
        }
        assertItGoesOn();
    }

    private static void addHeadersForEver(RawHttp2 flood) throws IOException {
        try {
            for (var i = 0; i < 1_000; i++) {
                flood.moreHeaders(1, 4_000);
            }
        } catch (IOException ended) {
            return;
        }
        flood.awaitEndOfConnection();
    }

    @Test
    void aMessageThatSaysItIsLongerThanAllowedIsNotWaitedFor() throws IOException {
        try (var flood = new RawHttp2(raft)) {
            flood.open(1, VOTE).data(1, new byte[] {0, 0x7f, -1, -1, -1, 1, 2, 3});
            assertThat(flood.awaitEnd()).isEqualTo(End.STREAM_ENDED);
        }
        assertItGoesOn();
    }

    @Test
    void whoSaysNothingIsNotWaitedForLong() throws IOException {
        var silent = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 100; i++) {
                var socket = new Socket(raft.host(), raft.port());
                socket.setSoTimeout(30_000);
                silent.add(socket);
            }
            assertItGoesOn();
            for (var socket : silent) {
                assertThat(ended(socket)).isTrue();
            }
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
        assertItGoesOn();
    }

    /// Reads until the other side ends the connection; it may say something before.
    private static boolean ended(Socket socket) throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        return true;
    }
}
