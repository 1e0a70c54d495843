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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.krg.host.HostFailure;
import org.krg.host.http.access.JoinTicket;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.Pem;
import org.krg.host.tls.PinnedTrust;
import org.krg.host.tls.TlsDirectory;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;

/// Gets a node the certificate with which it may join: makes a key, shows a token, keeps what comes
/// back. The token is used up by that.
public final class Joining {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int CREATED = 201;
    private static final JsonMapper JSON = new JsonMapper();

    private Joining() {}

    /// The cluster that let the node in.
    public record Cluster(UUID id, String name) {}

    /// Asks a member, and writes to `tls` in the node's data directory.
    ///
    /// @param api the API of a member
    /// @param listen where the node will be reached
    /// @throws HostFailure if there are keys already, or the member refuses
    public static Cluster join(
            HostPort api, String token, NodeId node, NodeAddresses listen, Path data)
            throws InterruptedException {
        var files = TlsDirectory.ofNode(data);
        if (files.isThere()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "there is a certificate in " + files.path() + " already",
                    "start the agent with it, or remove the directory to join anew");
        }
        var ticket = JoinTicket.parse(token.strip());
        var request = KeyRequest.make(node.name());
        var body =
                Map.of(
                        "token", ticket.text(),
                        "node", node.name(),
                        "request", request.text(),
                        "hosts", ClusterKeys.hosts(listen));
        var answer = ask(api, PinnedTrust.context(ticket.pin()), "/v1/join", body);
        var certificate = Pem.certificates(answer.path("certificate").asText()).getFirst();
        var authority = Pem.certificates(answer.path("authority").asText()).getFirst();
        files.write(certificate, request.keyText(), authority);
        var cluster = answer.path("cluster");
        return new Cluster(
                UUID.fromString(cluster.path("id").asText()), cluster.path("name").asText());
    }

    /// {@return the answer to a request for a certificate}
    static JsonNode ask(HostPort api, SSLContext tls, String path, Map<String, Object> body)
            throws InterruptedException {
        try (var client =
                HttpClient.newBuilder().version(Version.HTTP_1_1).sslContext(tls).build()) {
            var request =
                    HttpRequest.newBuilder(URI.create("https://" + api + path))
                            .timeout(LIMIT)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                            .build();
            var response = client.send(request, BodyHandlers.ofString());
            var answer = JSON.readTree(response.body());
            if (response.statusCode() == CREATED) {
                return answer;
            }
            throw told(answer.path("error"));
        } catch (JsonProcessingException odd) {
            throw new HostFailure(
                    HostFailure.Code.FAILED, api + " does not answer like a node of krg", "", odd);
        } catch (IOException unreachable) {
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM,
                    api + " cannot be asked: " + unreachable,
                    "check the address, and that the token is of that cluster",
                    unreachable);
        }
    }

    private static HostFailure told(JsonNode error) {
        var code =
                Arrays.stream(HostFailure.Code.values())
                        .filter(it -> it.name().equals(error.path("code").asText()))
                        .findFirst()
                        .orElse(HostFailure.Code.FAILED);
        return new HostFailure(code, error.path("message").asText(), error.path("remedy").asText());
    }
}
