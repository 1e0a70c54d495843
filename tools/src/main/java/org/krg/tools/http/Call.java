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
/// @param isBodyKept whether the body can be sent again, if an agent refuses it for now
/// @param request the value of `Krg-Request`, which makes it safe to send a change again
record Call(
        String method,
        ApiPath path,
        String contentType,
        BodyPublisher body,
        boolean isBodyKept,
        Duration answerWithin,
        Optional<String> request) {

    private static final String JSON = "application/json";

    static Call read(ApiPath path, Duration answerWithin) {
        return new Call(
                "GET", path, "", BodyPublishers.noBody(), true, answerWithin, Optional.empty());
    }

    static Call change(
            String method, ApiPath path, byte[] json, Duration answerWithin, String request) {
        var type = json.length == 0 ? "" : JSON;
        var body = BodyPublishers.ofByteArray(json);
        return new Call(method, path, type, body, true, answerWithin, Optional.of(request));
    }

    static Call bytes(ApiPath path, byte[] bytes, Duration answerWithin) {
        return bytes(path, BodyPublishers.ofByteArray(bytes), true, answerWithin);
    }

    static Call upload(ApiPath path, Supplier<InputStream> bytes, Duration answerWithin) {
        return bytes(path, BodyPublishers.ofInputStream(bytes), true, answerWithin);
    }

    static Call uploadOnce(ApiPath path, InputStream bytes, Duration answerWithin) {
        return bytes(path, BodyPublishers.ofInputStream(() -> bytes), false, answerWithin);
    }

    private static Call bytes(
            ApiPath path, BodyPublisher body, boolean isBodyKept, Duration answerWithin) {
        return new Call(
                "POST",
                path,
                "application/octet-stream",
                body,
                isBodyKept,
                answerWithin,
                Optional.empty());
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
