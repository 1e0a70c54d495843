// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.krg.state.model.HostPort;

/// Asks the agents of one cluster. Each method blocks until one of them has answered, and throws
/// [ApiFailure] when what was asked is refused or when none answers.
///
/// A client is one session: its changes are numbered and each takes effect once, however often it
/// has to be sent. Reads and streams may be used from several threads, changes from one at a time.
public final class ApiClient implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    private final ClientConfig config;
    private final HttpClient http;
    private final Endpoints endpoints;
    private final Exchange exchange;
    private final long session = Session.pick();
    private final AtomicLong sequence = new AtomicLong();

    public ApiClient(ClientConfig config) {
        this(
                config,
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(config.tls().orElseGet(NoTls::new))
                        .connectTimeout(CONNECT_WITHIN)
                        .build());
    }

    private ApiClient(ClientConfig config, HttpClient http) {
        this.config = config;
        this.http = http;
        this.endpoints = new Endpoints(config.endpoints());
        this.exchange = new Exchange(http, config, endpoints);
    }

    /// {@return a client that asks this agent alone; it is closed together with this one}
    public ApiClient at(HostPort endpoint) {
        return new ApiClient(config.withEndpoints(List.of(endpoint)), http);
    }

    /// {@return the answer to a GET}
    public JsonNode get(ApiPath path) {
        return get(path, config.answerWithin());
    }

    /// {@return the answer to a GET that may take longer than most}
    public JsonNode get(ApiPath path, Duration answerWithin) {
        return exchange.perform(Call.read(path, answerWithin));
    }

    /// Writes the bytes that a GET answers with, however many they are. Once an agent has begun to
    /// send them, whatever goes wrong ends it.
    ///
    /// @param silence how long an agent may take for the first bytes, and for each next ones
    /// @throws IOException that `out` throws
    public void download(ApiPath path, OutputStream out, Duration silence) throws IOException {
        exchange.download(Call.read(path, silence), out);
    }

    /// {@return the answer to a POST of raw bytes, however many they are, which is sent once: if it
    /// is lost it may have arrived}
    public JsonNode upload(ApiPath path, Supplier<InputStream> bytes, Duration answerWithin) {
        return exchange.perform(Call.upload(path, bytes, answerWithin));
    }

    /// {@return the same for bytes that can be read once: an agent that has begun to take them is
    /// the only one that is asked}
    public JsonNode upload(ApiPath path, InputStream bytes, Duration answerWithin) {
        return exchange.perform(Call.uploadOnce(path, bytes, answerWithin));
    }

    /// {@return the answer to a POST without a body}
    public JsonNode post(ApiPath path) {
        return change("POST", path, new byte[0], config.answerWithin());
    }

    /// {@return the answer to a POST}
    public JsonNode post(ApiPath path, ObjectNode body) {
        return post(path, body, config.answerWithin());
    }

    /// {@return the answer to a POST that may take longer than most}
    public JsonNode post(ApiPath path, ObjectNode body, Duration answerWithin) {
        return change("POST", path, Json.bytes(body), answerWithin);
    }

    /// {@return the answer to a POST of raw bytes, which is sent once: if it is lost it may have
    /// arrived}
    public JsonNode postBytes(ApiPath path, byte[] bytes, Duration answerWithin) {
        return exchange.perform(Call.bytes(path, bytes, answerWithin));
    }

    /// {@return the answer to a DELETE}
    public JsonNode delete(ApiPath path) {
        return delete(path, config.answerWithin());
    }

    /// {@return the answer to a DELETE that may take longer than most}
    public JsonNode delete(ApiPath path, Duration answerWithin) {
        return change("DELETE", path, new byte[0], answerWithin);
    }

    private JsonNode change(String method, ApiPath path, byte[] json, Duration answerWithin) {
        var request = session + ":" + sequence.incrementAndGet();
        return exchange.perform(Call.change(method, path, json, answerWithin, request));
    }

    /// {@return the events after a revision, by default from now on, in order and without gaps}
    public WatchStream watch(OptionalLong after) {
        long from = after.orElseGet(() -> get(ApiPath.of("nodes")).path("revision").asLong());
        return new WatchStream(new Reopening(http, config, endpoints), from);
    }

    /// {@return the changes of keys that `path` watches}
    public KeyStream watchKeys(ApiPath path) {
        return new KeyStream(new Reopening(http, config, endpoints), path);
    }

    /// {@return the output of a process, each byte once}
    ///
    /// @param stream `stdout` or `stderr`
    /// @param offset the first byte wanted
    /// @param follow whether to wait for what is still to come
    public LogStream logs(String target, String stream, long offset, boolean follow) {
        return new LogStream(
                new Reopening(http, config, endpoints), target, stream, offset, follow);
    }

    /// {@return the end of what a process has written so far}
    ///
    /// @param stream `stdout` or `stderr`
    /// @param bytes how much of it at most
    public LogStream lastOf(String target, String stream, long bytes) {
        return new LogStream(new Reopening(http, config, endpoints), target, stream, bytes);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
