// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.Role;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the members of a running cluster to take this node in.
final class JoinClient {
    private static final Logger log = LoggerFactory.getLogger(JoinClient.class);

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int ROUNDS = 60;
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final JsonMapper JSON = new JsonMapper();

    private final AgentSettings settings;
    private final MutualTls tls;

    JoinClient(AgentSettings settings, MutualTls tls) {
        this.settings = settings;
        this.tls = tls;
    }

    /// {@return one more than every incarnation of this node that the cluster knows}
    long nextIncarnation() {
        var answer = ask("GET", "/v1/join", "").body();
        var cluster = answer.path("cluster").path("id").asText();
        if (!cluster.equals(settings.cluster().id().toString())) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "%s is in cluster %s, not in %s"
                            .formatted(settings.join(), cluster, settings.cluster().id()),
                    "set cluster.id, or join to the nodes of that cluster");
        }
        var self = settings.node().name().name();
        var last = answer.path("incarnations").path(self).asLong(0);
        for (var member : answer.path("members")) {
            if (member.path("node").asText().equals(self)) {
                var peer = member.path("peerId").asText();
                last = Math.max(last, Long.parseLong(peer.substring(peer.lastIndexOf('.') + 1)));
            }
        }
        return last + 1;
    }

    /// Has the leader admit this node, whose member of the group already listens. Waits as long as
    /// the leader says that the node is being taken in.
    ///
    /// @param received says how much this node was given of the state
    void admit(String peerId, LongSupplier received) {
        var body =
                Map.of(
                        "node", settings.node().name().name(),
                        "peerId", peerId,
                        "raft", settings.listen().raft().toString(),
                        "role", Role.LISTENER.name().toLowerCase(Locale.ROOT));
        try {
            var text = JSON.writeValueAsString(body);
            while (ask("POST", "/v1/members", text).status() == ACCEPTED) {
                log.info(
                        "being given the state of the cluster peer={} received={} MiB",
                        peerId,
                        received.getAsLong() >> 20);
            }
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
        log.info("node admitted to the cluster peer={}", peerId);
    }

    private record Answer(int status, JsonNode body) {}

    private Answer ask(String method, String path, String body) {
        var last = "";
        try (var client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .sslContext(tls.context())
                        .build()) {
            for (var round = 0; round < ROUNDS; round++) {
                for (var address : settings.join()) {
                    try {
                        return ask(client, address, method, path, body);
                    } catch (IOException unreachable) {
                        last = address + ": " + unreachable;
                        log.info("cannot join yet member={} reason={}", address, last);
                    }
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        throw new HostFailure(
                HostFailure.Code.NO_QUORUM,
                "no member of the cluster takes this node in: " + last,
                "check that the cluster runs and that `join` names APIs of its nodes");
    }

    private Answer ask(HttpClient client, HostPort address, String method, String path, String body)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("https://" + address + path))
                        .timeout(ANSWER_LIMIT)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != OK && response.statusCode() != ACCEPTED) {
            throw new IOException("status " + response.statusCode() + " " + response.body());
        }
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }
}
