// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.MessageLite;
import com.ibm.etcd.api.LeaseKeepAliveRequest;
import com.ibm.etcd.api.WatchProgressRequest;
import com.ibm.etcd.api.WatchRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.state.model.CertificateName.Role;
import org.krg.testkit.RawHttp2;
import org.krg.testkit.RawHttp2.End;

/// The API under floods: whoever floods is stopped, and others are served.
@ExtendWith(SharedApi.class)
@Timeout(240)
class FloodApiTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final String PUT = "/etcdserverpb.KV/Put";
    private static final byte[] PART = new byte[16_000];

    private final ApiFixture api;

    FloodApiTest(ApiFixture api) {
        this.api = api;
    }

    private void assertOthersAreServed() {
        assertThat(api.get("/v1/status").status()).isEqualTo(200);
    }

    @Test
    void resetsInMassesEndTheConnection() throws IOException {
        try (var flood = new RawHttp2(api.address())) {
            resetManyTimes(flood);
        }
        assertOthersAreServed();
    }

    private static void resetManyTimes(RawHttp2 flood) throws IOException {
        try {
            for (var i = 0; i < 2_000; i++) {
                flood.openAndReset(2 * i + 1, "/v1/status");
            }
        } catch (IOException ended) {
            return;
        }
        flood.awaitEndOfConnection();
    }

    @Test
    void moreRequestsAtOnceThanAllowedAreRefused() throws IOException {
        try (var flood = new RawHttp2(api.address())) {
            for (var i = 0; i < 1_100; i++) {
                flood.open(2 * i + 1, "/v1/users");
            }
            assertThat(flood.awaitEnd()).isIn(End.STREAM_ENDED, End.CONNECTION_ENDED);
        }
        assertOthersAreServed();
    }

    @Test
    void headersWithoutEndEndTheConnection() throws IOException {
        try (var flood = new RawHttp2(api.address())) {
            flood.openEndless(1, "/v1/status");
            addHeadersForEver(flood);
        }
        assertOthersAreServed();
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
    void aStrangersCallIsRefusedBeforeItIsThere() throws IOException {
        try (var stranger = stranger()) {
            assertThat(stranger.open(1, PUT).awaitEnd()).isEqualTo(End.STREAM_ENDED);
            assertThat(stranger.open(3, "/v1/users").awaitEnd()).isEqualTo(End.STREAM_ENDED);
        }
    }

    @Test
    void whoeverWantsToJoinSaysLittle() throws IOException {
        try (var stranger = stranger()) {
            stranger.open(1, "/v1/join");
            assertThat(stranger.dataWhenTaken(1, PART)).isTrue();
            stranger.dataWhenTaken(1, PART);
            stranger.dataWhenTaken(1, PART);
            assertThat(stranger.awaitEnd()).isEqualTo(End.STREAM_ENDED);
        }
    }

    /// Somebody whose certificate opens nothing; without one the owner of the socket counts, who is
    /// root here.
    private RawHttp2 stranger() throws IOException {
        var context = api.keys.user(Role.CLIENT, "eve").mutual().context();
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(api.address().host(), api.address().port());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return new RawHttp2(socket, 1 << 16);
    }

    @Test
    void whoeverOnlyReadsSendsNoBody() throws IOException {
        try (var reader = new RawHttp2(api.address())) {
            reader.openToRead(1, "/v1/status").dataWhenTaken(1, PART);
            assertThat(reader.awaitEnd()).isEqualTo(End.STREAM_ENDED);
        }
        assertOthersAreServed();
    }

    @Test
    void bodiesThatDoNotEndFillNoMoreThanTheShareOfTheirSender() throws IOException {
        var refused = api.metrics.counter("krg.api.requests_refused_total");
        var before = refused.getCount();
        try (var flood = new RawHttp2(api.address())) {
            for (var stream = 1; refused.getCount() == before; stream += 2) {
                assertThat(stream).isLessThan(500);
                flood.open(stream, PUT);
                sendMuch(flood, stream);
            }
            // Not of a node that another test of the same API removes.
            try (var agent = new TestClient(api.address(), api.keys.node("unflooded"))) {
                assertThat(agent.get("/v1/status").status()).isEqualTo(200);
            }
        }
        await().atMost(SOON).until(() -> api.get("/v1/status").status() == 200);
    }

    private static void sendMuch(RawHttp2 flood, int stream) throws IOException {
        for (var sent = 0; sent < 2_000_000; sent += PART.length) {
            if (!flood.dataWhenTaken(stream, PART)) {
                return;
            }
        }
    }

    @Test
    void whoReadsNoRenewalsIsNotReadFrom() throws IOException {
        assertNotReadFrom(
                "/etcdserverpb.Lease/LeaseKeepAlive",
                LeaseKeepAliveRequest.newBuilder().setID(4711).build());
    }

    @Test
    void whoReadsNothingOfTheirWatchesIsNotReadFrom() throws IOException {
        assertNotReadFrom(
                "/etcdserverpb.Watch/Watch",
                WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
    }

    /// Far more than may wait is sent without a window for answers.
    private void assertNotReadFrom(String path, MessageLite message) throws IOException {
        var part = new ByteArrayOutputStream();
        while (part.size() < PART.length - 100) {
            var content = message.toByteArray();
            part.writeBytes(ByteBuffer.allocate(5).putInt(1, content.length).array());
            part.writeBytes(content);
        }
        var address = api.address();
        try (var flood = new RawHttp2(new Socket(address.host(), address.port()), 0)) {
            flood.open(1, path);
            flood.waitAtMost(Duration.ofSeconds(5));
            assertThatThrownBy(
                            () -> {
                                for (var sent = 0; sent < 4 << 20; sent += part.size()) {
                                    assertThat(flood.dataWhenTaken(1, part.toByteArray())).isTrue();
                                }
                            })
                    .isInstanceOf(SocketTimeoutException.class);
        }
        assertOthersAreServed();
    }

    @Test
    void whoSaysNothingIsNotWaitedForLong() throws IOException {
        var ended = api.metrics.counter("krg.api.connections_silent_total");
        var before = ended.getCount();
        var silent = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 200; i++) {
                silent.add(new Socket(api.address().host(), api.address().port()));
            }
            assertOthersAreServed();
            await().atMost(SOON).until(() -> ended.getCount() >= before + silent.size());
            for (var socket : silent) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
        assertThat(api.text("/metrics"))
                .contains("krg_api_connections")
                .contains("krg_api_connections_refused_total")
                .contains("krg_api_connections_silent_total");
    }
}
