// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.SharedCluster;
import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Calls;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Done;
import org.krg.jepsen.bench.load.Preload;
import org.krg.jepsen.bench.load.Waiting;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// What a bench does through krg's own API is done in the cluster.
@ExtendWith(SharedCluster.class)
final class OwnWayTest {
    private static final int VALUE_BYTES = 100;
    private static final int KEYS = 250;

    private final Cluster cluster;
    private final Http2Clients http2 = new Http2Clients();
    private final List<Connection> connections = new ArrayList<>();

    OwnWayTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void connect() throws InterruptedException {
        for (var member : cluster.members()) {
            connections.add(new ApiClients(http2, VALUE_BYTES).connect(member.api()));
        }
    }

    @AfterEach
    void clear() {
        connections.forEach(Connection::close);
        http2.close();
        var body = Json.object();
        var then = body.putArray("then");
        for (var prefix : List.of("bench/", "watch/")) {
            then.addObject().putObject("delete").put("prefix", prefix);
        }
        try (var client = cluster.client()) {
            client.post(ApiPath.of("keys", "transaction"), body);
        }
    }

    @Test
    void keysAreMadeChangedAndRead() throws InterruptedException {
        Preload.run(connections, KEYS, _ -> {});
        assertThat(range("bench/").path("count").asInt()).isEqualTo(KEYS);

        var outcome =
                new Calls(16, 50, KEYS).run(connections, Duration.ZERO, Duration.ofSeconds(5));

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.latencies().count()).isPositive();
        assertThat(range("bench/").path("keys"))
                .hasSize(KEYS)
                .allMatch(key -> valueOf(key).length == VALUE_BYTES)
                .anyMatch(key -> key.path("version").asInt() > 1);
    }

    @Test
    void aKeyThatIsNotThereIsAFailure() {
        var first = connections.getFirst();
        assertThatThrownBy(() -> call(first, done -> first.get(0, done)))
                .isInstanceOf(CampaignFailed.class)
                .hasMessage("no value came");
    }

    @Test
    void changesOfMarkedKeysAreSeen() throws InterruptedException {
        var seen = new CountDownLatch(1);
        var first = connections.getFirst();
        var last = connections.getLast();
        call(
                first,
                done ->
                        first.watch(
                                key -> {
                                    if (key == 7) {
                                        seen.countDown();
                                    }
                                },
                                done));

        call(last, done -> last.mark(7, done));

        assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void call(Connection connection, Consumer<Done> call)
            throws InterruptedException {
        var pending = Waiting.pending();
        connection.execute(() -> call.accept(pending));
        Waiting.on(pending.future(), Waiting.CALL);
    }

    private JsonNode range(String prefix) {
        try (var client = cluster.client()) {
            return client.get(ApiPath.of("keys").with("prefix", prefix));
        }
    }

    private static byte[] valueOf(JsonNode key) {
        return Base64.getDecoder().decode(key.path("valueBase64").asText());
    }
}
