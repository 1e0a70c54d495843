// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.krg.host.tls.NodeTls;
import org.krg.state.model.HostPort;

/// Asks one API, with the plainest client there is.
final class TestClient implements AutoCloseable {
    private final HttpClient client;
    private final String base;

    TestClient(HostPort address) {
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        base = "http://" + address;
    }

    /// One that shows a certificate.
    TestClient(HostPort address, NodeTls tls) {
        this(address, tls.mutual().context());
    }

    TestClient(HostPort address, SSLContext context) {
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(context)
                        .build();
        base = "https://" + address;
    }

    /// A reply that was read whole.
    ///
    /// @param grpcStatus the status of a call of gRPC that was refused, else empty
    record Answer(int status, JsonNode body, String grpcStatus) {
        String text(String pointer) {
            return body.at(pointer).asText();
        }

        long number(String pointer) {
            return body.at(pointer).asLong();
        }
    }

    Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Answer delete(String path, String... headers) {
        return send(request(path, headers).DELETE());
    }

    Answer post(String path, String body, String... headers) {
        return send(
                request(path, headers)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    /// Begins a request whose body its sender holds back.
    CompletableFuture<Answer> begin(
            String method, String path, InputStream body, String... headers) {
        var request =
                request(path, headers).method(method, BodyPublishers.ofInputStream(() -> body));
        return client.sendAsync(request.build(), BodyHandlers.ofString())
                .thenApply(TestClient::answer);
    }

    Answer postRaw(String path, byte[] body, String... headers) {
        return send(request(path, headers).POST(BodyPublishers.ofByteArray(body)));
    }

    /// Sends bytes and takes no notice of the reply, which ends.
    void sendRaw(String path, byte[] body) {
        var request = request(path).POST(BodyPublishers.ofByteArray(body)).build();
        try {
            var _ = client.send(request, BodyHandlers.discarding());
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    /// {@return the lines of a reply as they come}
    Stream<String> stream(String path, String... headers) {
        try {
            return client.send(request(path, headers).GET().build(), BodyHandlers.ofLines()).body();
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    /// {@return the text of a reply}
    String text(String path) {
        return String.join("\n", stream(path).toList());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var builder = HttpRequest.newBuilder(URI.create(base + path));
        return headers.length == 0 ? builder : builder.headers(headers);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return answer(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static Answer answer(HttpResponse<String> reply) {
        try {
            var isJson =
                    reply.headers()
                            .firstValue("content-type")
                            .filter(type -> type.startsWith("application/json"))
                            .isPresent();
            return new Answer(
                    reply.statusCode(),
                    isJson ? new ObjectMapper().readTree(reply.body()) : MissingNode.getInstance(),
                    reply.headers().firstValue("grpc-status").orElse(""));
        } catch (IOException malformed) {
            throw new AssertionError(malformed);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
