// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.Optional;
import org.krg.host.AnswerMemory;
import org.krg.host.HostFailure;
import org.krg.host.RequestMemory;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.Bodies;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.view.Json;
import org.krg.state.image.ClusterImage;

/// A request that was read whole, and its sender.
///
/// @param memory what it may hold
/// @param onlyRepeats whether its sender may do nothing anew by it: what it is to remove was
///   nobody's when it was let in, and may be another's since
record Call(
        ServiceRequestContext context,
        Caller caller,
        AggregatedHttpRequest request,
        RequestMemory memory,
        boolean onlyRepeats) {
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    /// {@return the part of the path that the route calls `name`}
    String path(String name) {
        return Owners.require(context, name);
    }

    /// {@return the value of a parameter behind the question mark}
    Optional<String> find(String parameter) {
        return Optional.ofNullable(context.queryParam(parameter));
    }

    /// Has it written down what the request is about that its path does not tell; nothing secret.
    void about(String subject) {
        Ledger.about(context, subject);
    }

    /// {@return the value of a header}
    Optional<String> header(String name) {
        return Optional.ofNullable(request.headers().get(name));
    }

    /// {@return the names of the parameters behind the question mark}
    List<String> parameters() {
        return List.copyOf(context.queryParams().names());
    }

    /// {@return the value of a parameter that is there}
    String parameter(String name) {
        return find(name).orElse("");
    }

    /// {@return as whom the caller reads and writes keys}
    String principal() {
        return caller.principal();
    }

    /// {@return whether a parameter is `true`}
    boolean flag(String parameter) {
        var value = find(parameter).orElse("false");
        return switch (value) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw wrong(parameter, "is true or false", value);
        };
    }

    /// {@return a whole number from 0 to `most`}
    long number(String parameter, long otherwise, long most) {
        var value = find(parameter);
        if (value.isEmpty()) {
            return otherwise;
        }
        if (!value.get().matches("[0-9]{1,18}") || Long.parseLong(value.get()) > most) {
            throw wrong(parameter, "is a whole number from 0 to " + most, value.get());
        }
        return Long.parseLong(value.get());
    }

    /// {@return whether the caller is content with what this node has}
    boolean isStale() {
        return flag("stale");
    }

    /// {@return the body as a value}
    <T> T body(Class<T> type) {
        var content = request.content();
        var kind = request.contentType();
        if (!content.isEmpty() && (kind == null || !kind.is(MediaType.JSON.withoutParameters()))) {
            throw new StatusFailure(
                    UNSUPPORTED_MEDIA_TYPE,
                    new HostFailure(
                            HostFailure.Code.USAGE,
                            "the body is " + (kind == null ? "of no type" : kind),
                            "send application/json"));
        }
        return Bodies.read(content.array(), type);
    }

    /// {@return a reply with one object of a state}
    static HttpResponse one(HttpStatus status, ClusterImage image, ObjectNode object) {
        return json(status, Json.reply(image.revision()).setAll(object));
    }

    /// {@return a reply with one object of a state}
    static HttpResponse one(ClusterImage image, ObjectNode object) {
        return one(HttpStatus.OK, image, object);
    }

    /// {@return a reply with several objects of a state}
    static HttpResponse several(ClusterImage image, String plural, List<ObjectNode> objects) {
        return json(HttpStatus.OK, Json.reply(image.revision()).set(plural, Json.list(objects)));
    }

    static HttpResponse json(HttpStatus status, JsonNode body) {
        return json(status, Json.bytes(body));
    }

    private static HttpResponse json(HttpStatus status, byte[] body) {
        return HttpResponse.of(status, MediaType.JSON, HttpData.wrap(body));
    }

    /// {@return the memory of the reply to a read} See [#counted].
    AnswerMemory answerMemory() {
        return AnswerMemory.ofJson(memory);
    }

    /// {@return a reply to a read} Throws [BodyRefused] when the memory of the caller is full.
    HttpResponse counted(AnswerMemory answer, JsonNode body) {
        var bytes = Json.bytes(body);
        answer.made(bytes.length);
        return json(HttpStatus.OK, bytes);
    }

    private static HostFailure wrong(String parameter, String rule, String value) {
        return new HostFailure(
                HostFailure.Code.USAGE,
                "the parameter %s %s, not \"%s\"".formatted(parameter, rule, value),
                "docs/api.md shows the parameters");
    }
}
