// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.host.engine.Rebalancer;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// Has processes moved by this node's own API, which asks the node that hosts one what is in the
/// way before anything stands still.
final class MoveClient implements Rebalancer.Mover {
    /// The host and the target are asked, and the log agrees.
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final int CREATED = 201;
    private static final JsonMapper JSON = new JsonMapper();

    private final MutualTls tls;
    private final Supplier<HostPort> api;

    /// @param api where this node's answers
    MoveClient(MutualTls tls, Supplier<HostPort> api) {
        this.tls = tls;
        this.api = api;
    }

    @Override
    public Optional<String> move(ProcessId process, NodeId to, String why) {
        var body = JSON.createObjectNode().put("to", to.name()).put("reason", why);
        var uri = URI.create("https://%s/v1/processes/%s/migrations".formatted(api.get(), process));
        var request =
                HttpRequest.newBuilder(uri)
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build();
        try (var client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .connectTimeout(LIMIT)
                        .sslContext(tls.context())
                        .build()) {
            var response = client.send(request, BodyHandlers.ofString());
            return response.statusCode() == CREATED
                    ? Optional.empty()
                    : Optional.of(JSON.readTree(response.body()).at("/error/message").asText());
        } catch (IOException failure) {
            return Optional.of(failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.of("the agent stops");
        }
    }
}
