// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.testkit.RawHttp2;
import org.krg.testkit.RawHttp2.End;

/// The API under floods: whoever floods is stopped, and others are served.
@ExtendWith(SharedApi.class)
@Timeout(240)
class FloodApiTest {
    private static final Duration SOON = Duration.ofSeconds(30);

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
