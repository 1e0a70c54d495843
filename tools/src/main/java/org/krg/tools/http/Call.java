// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.state.model.HostPort;

/// One request, independent of who is asked.
///
/// @param contentType of the body; empty without one
/// @param request the value of `Krg-Request`, which makes it safe to send a change again
record Call(
        String method,
        ApiPath path,
        String contentType,
        BodyPublisher body,
        Duration answerWithin,
        Optional<String> request) {

    private static final String JSON = "application/json";

    static Call read(ApiPath path, Duration answerWithin) {
        return new Call("GET", path, "", BodyPublishers.noBody(), answerWithin, Optional.empty());
    }

    static Call change(
            String method, ApiPath path, byte[] json, Duration answerWithin, String request) {
        var type = json.length == 0 ? "" : JSON;
        var body = BodyPublishers.ofByteArray(json);
        return new Call(method, path, type, body, answerWithin, Optional.of(request));
    }

    static Call bytes(ApiPath path, byte[] bytes, Duration answerWithin) {
        var body = BodyPublishers.ofByteArray(bytes);
        return new Call(
                "POST", path, "application/octet-stream", body, answerWithin, Optional.empty());
    }

    static Call upload(ApiPath path, Supplier<InputStream> bytes, Duration answerWithin) {
        var body = BodyPublishers.ofInputStream(bytes);
        return new Call(
                "POST", path, "application/octet-stream", body, answerWithin, Optional.empty());
    }

    /// {@return whether asking twice does no more than asking once}
    boolean isRepeatable() {
        return method.equals("GET") || request.isPresent();
    }

    HttpRequest at(HostPort endpoint, ClientConfig config) {
        var request = config.request(endpoint, path).timeout(answerWithin).method(method, body);
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        this.request.ifPresent(pair -> request.header("Krg-Request", pair));
        return request.build();
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
