// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.util.TlsEngineType;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.MutualTls;
import org.krg.state.model.Node;

/// The other agents' APIs. A request is passed on in its caller's name, and once: an agent that got
/// it from another does not pass it on again. Safe for use from any thread.
public final class Peers implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /// For a question that is answered from files of that node.
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ClientFactory factory;
    private final WebClient client;

    /// @param tls proves to the others that this is an agent
    public Peers(MutualTls tls) {
        this.factory =
                ClientFactory.builder()
                        .connectTimeout(CONNECT)
                        .idleTimeout(CONNECT)
                        .tlsEngineType(TlsEngineType.JDK)
                        .tlsCustomizer(context ->
                                context.keyManager(tls.keys())
                                        .trustManager(tls.trust())
                                        .protocols(MutualTls.VERSION))
                        .build();
        this.client =
                WebClient.builder()
                        .factory(factory)
                        .responseTimeoutMillis(0)
                        .writeTimeout(CONNECT)
                        .maxResponseLength(0)
                        .build();
    }

    /// {@return the reply of another agent to a request that was sent to this one, a stream too}
    ///
    /// @param failed turns what goes wrong before its first byte into a reply
    public HttpResponse pass(
            Node node,
            Caller caller,
            AggregatedHttpRequest request,
            Function<Throwable, HttpResponse> failed) {
        requireFirst(node, caller);
        requireAlive(node);
        return client.execute(passed(node, caller, request))
                .recover(Throwable.class, cause -> failed.apply(failure(node, cause)));
    }

    /// {@return the reply to a question of this agent's own} Throws the [HostFailure] that the
    /// other agent tells.
    public JsonNode ask(Node node, Caller caller, String path) {
        requireAlive(node);
        var headers = headers(node, caller, HttpMethod.GET, path);
        return json(node, HttpRequest.of(headers.build()));
    }

    /// {@return what another agent adds to the reply to a request that was sent to this one}
    public JsonNode post(Node node, Caller caller, AggregatedHttpRequest request) {
        requireFirst(node, caller);
        requireAlive(node);
        return json(node, passed(node, caller, request));
    }

    /// {@return the reply to a question of this agent's own that has a body} Throws the
    /// [HostFailure] that the other agent tells.
    public JsonNode post(Node node, Caller caller, String path, JsonNode body) {
        requireAlive(node);
        var headers =
                headers(node, caller, HttpMethod.POST, path)
                        .set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return json(node, HttpRequest.of(headers.build(), HttpData.ofUtf8(body.toString())));
    }

    private JsonNode json(Node node, HttpRequest request) {
        try {
            var reply =
                    client.execute(request)
                            .aggregate()
                            .orTimeout(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                            .join();
            var body = JSON.readTree(reply.contentUtf8());
            if (reply.status().isSuccess()) {
                return body;
            }
            throw told(body.path("error"));
        } catch (CompletionException | JsonProcessingException failed) {
            throw unreachable(node, failed);
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

    @Override
    public void close() {
        var _ = factory.closeAsync();
    }

    private HttpRequest passed(Node node, Caller caller, AggregatedHttpRequest request) {
        var headers = headers(node, caller, request.method(), request.path());
        for (var name : new CharSequence[] {HttpHeaderNames.CONTENT_TYPE, "krg-request"}) {
            var value = request.headers().get(name);
            if (value != null) {
                headers.set(name, value);
            }
        }
        return HttpRequest.of(headers.build(), request.content());
    }

    private RequestHeadersBuilder headers(
            Node node, Caller caller, HttpMethod method, String path) {
        return RequestHeaders.builder(method, path)
                .scheme("h1")
                .authority(node.addresses().api().toString())
                .set(Caller.HEADER, caller.header())
                .set(Caller.PRINCIPAL, caller.principal());
    }

    /// A request is passed on once: agents that differ about whose it is would do so for ever. What
    /// an agent asks to answer one that was passed on to it is a question of its own.
    private static void requireFirst(Node node, Caller caller) {
        if (caller.forwarded()) {
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM,
                    "what was asked for is up to node " + node.id() + " now",
                    "try again");
        }
    }

    private static void requireAlive(Node node) {
        if (node.state() == Node.State.LOST) {
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM,
                    "node " + node.id() + " is lost since " + node.since(),
                    "`krg-admin node list` shows the nodes; wait until the process is back");
        }
    }

    private static RuntimeException failure(Node node, Throwable cause) {
        return cause instanceof UnprocessedRequestException
                ? unreachable(node, cause)
                : new UnknownOutcome("node " + node.id() + " did not answer", cause);
    }

    private static HostFailure unreachable(Node node, Throwable cause) {
        return new HostFailure(
                HostFailure.Code.NO_QUORUM,
                "node %s at %s cannot be reached".formatted(node.id(), node.addresses().api()),
                "`krg-admin node list` shows the nodes; try again once it is back",
                cause);
    }
}
