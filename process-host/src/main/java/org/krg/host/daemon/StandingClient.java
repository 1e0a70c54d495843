// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.krg.host.model.Standing;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks other nodes whether this one is still a member of the cluster. Whoever answers has shown
/// the certificate of a node; whoever does not, or has no quorum, says nothing.
public final class StandingClient {
    private static final Logger log = LoggerFactory.getLogger(StandingClient.class);

    /// A member that reads what is agreed now takes as long as the quorum does.
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final int OK = 200;
    private static final JsonMapper JSON = new JsonMapper();

    private final MutualTls tls;
    private final String peerId;

    /// @param peerId the member that this node is, `NODE.INCARNATION`
    public StandingClient(MutualTls tls, String peerId) {
        this.tls = tls;
        this.peerId = peerId;
    }

    /// {@return what the first node says that knows; empty when none of them does}
    public Optional<Standing> ask(List<HostPort> apis) throws InterruptedException {
        try (var client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .connectTimeout(LIMIT)
                        .sslContext(tls.context())
                        .build()) {
            for (var api : apis) {
                var standing = ask(client, api);
                if (standing.isPresent()) {
                    return standing;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<Standing> ask(HttpClient client, HostPort api) throws InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("https://" + api + "/v1/standing?peer=" + peerId))
                        .timeout(LIMIT)
                        .build();
        try {
            var response = client.send(request, BodyHandlers.ofString());
            var word = JSON.readTree(response.body()).path("standing").asText();
            log.debug("asked for the standing api={} status={}", api, response.statusCode());
            return response.statusCode() == OK ? find(word) : Optional.empty();
        } catch (IOException silent) {
            log.debug("the standing cannot be asked for api={}", api, silent);
            return Optional.empty();
        }
    }

    private static Optional<Standing> find(String word) {
        return Arrays.stream(Standing.values())
                .filter(it -> it.name().equalsIgnoreCase(word))
                .findFirst();
    }
}
