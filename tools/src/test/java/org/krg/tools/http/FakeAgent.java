// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.HostPort;

/// An HTTP server on loopback that answers as its test says, and remembers what it was asked.
public final class FakeAgent implements AutoCloseable {
    /// Answers one request.
    @FunctionalInterface
    public interface Part {
        void play(HttpExchange exchange) throws IOException;
    }

    /// A request that arrived.
    ///
    /// @param request the value of `Krg-Request`, or nothing
    /// @param lastEventId the value of `Last-Event-ID`, or nothing
    /// @param token the value of `Authorization`, or nothing
    public record Asked(
            String method,
            String path,
            String body,
            @Nullable String request,
            @Nullable String lastEventId,
            @Nullable String token) {}

    private final HttpServer server;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Part> script = new LinkedBlockingQueue<>();

    /// Opens an agent that plays one part for each request, the last one for ever.
    public FakeAgent(Part... parts) {
        script.addAll(List.of(parts));
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        asked.add(
                new Asked(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                        headers.getFirst("Krg-Request"),
                        headers.getFirst("Last-Event-ID"),
                        headers.getFirst("Authorization")));
        var part = script.size() > 1 ? script.poll() : script.peek();
        if (part != null) {
            part.play(exchange);
        }
        exchange.close();
    }

    /// {@return where it listens}
    public HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    /// {@return what it was asked, in order}
    public List<Asked> asked() {
        return asked;
    }

    /// Answers with JSON.
    public static Part json(int status, String body) {
        return exchange -> {
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /// Refuses.
    public static Part error(int status, String code, int exit) {
        return json(
                status,
                """
                {"error":{"code":"%s","message":"said %s","remedy":"do it","exit":%d}}
                """
                        .formatted(code, code, exit));
    }

    /// Breaks the connection instead of answering.
    public static Part broken() {
        return HttpExchange::close;
    }

    /// Sends the text of a stream and ends it in good order.
    public static Part stream(String text) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().close();
        };
    }

    /// Sends the text of a stream and then nothing more, until the client goes away.
    public static Part silent(String text) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            park();
        };
    }

    /// Does not answer, until the client goes away.
    public static Part hanging() {
        return _ -> park();
    }

    private static void park() {
        try {
            new LinkedBlockingQueue<>().take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
