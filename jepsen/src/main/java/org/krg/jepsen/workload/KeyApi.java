// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Calls about keys as the API of the agents takes them, and its answers.
final class KeyApi {
    private KeyApi() {}

    /// Makes a call; what is not definite is unknown.
    static Answer transact(ApiClient api, Transaction transaction) {
        try {
            var reply = api.post(ApiPath.of("keys", "transaction"), body(transaction));
            return new Answer.Done(
                    reply.path("revision").asLong(),
                    reply.path("succeeded").asBoolean(),
                    Cluster.stream(reply.path("results")).map(KeyApi::result).toList());
        } catch (ApiFailure failure) {
            return failure.isUncertain()
                    ? new Answer.Unknown(failure.getMessage())
                    : new Answer.Refused(failure.code() + ": " + failure.getMessage());
        }
    }

    /// Reads without an operation of the log.
    ///
    /// @param current whether the answer may not be old
    static Answer read(ApiClient api, Span span, boolean current) {
        try {
            var path = ApiPath.of("keys").with("from", span.start()).with("to", span.end());
            var reply = api.get(current ? path : path.with("stale", true));
            return new Answer.Done(reply.path("revision").asLong(), true, List.of(found(reply)));
        } catch (ApiFailure failure) {
            return new Answer.Unknown(failure.getMessage());
        }
    }

    private static ObjectNode body(Transaction transaction) {
        var body = Json.object();
        transaction.when().forEach(each -> body.withArray("when").add(comparison(each)));
        transaction.then().forEach(each -> body.withArray("then").add(part(each)));
        transaction.otherwise().forEach(each -> body.withArray("otherwise").add(part(each)));
        return body;
    }

    private static ObjectNode comparison(Comparison comparison) {
        var body = Json.object().put("key", comparison.key());
        return switch (comparison) {
            case Comparison.ValueIs(_, var value) -> body.put("value", value);
            case Comparison.VersionIs(_, var version) -> body.put("version", version);
        };
    }

    private static ObjectNode part(Part part) {
        var body = Json.object();
        switch (part) {
            case Part.Read(var span) -> put(body.putObject("range"), span);
            case Part.Write(var key, var value) ->
                    body.putObject("put").put("key", key).put("value", value);
            case Part.Remove(var span) -> put(body.putObject("delete"), span);
        }
        return body;
    }

    private static void put(ObjectNode body, Span span) {
        body.put("from", span.start()).put("to", span.end());
    }

    private static Result result(JsonNode result) {
        if (result.has("range")) {
            return found(result.path("range"));
        }
        return result.has("delete")
                ? new Result.Removed(result.path("delete").path("count").asLong())
                : new Result.Written();
    }

    private static Result.Found found(JsonNode range) {
        return new Result.Found(Cluster.stream(range.path("keys")).map(KeyApi::entry).toList());
    }

    /// {@return a key as the API shows it}
    static Entry entry(JsonNode key) {
        return new Entry(
                key.path("key").asText(),
                key.path("value").asText(),
                key.path("created").asLong(),
                key.path("modified").asLong(),
                key.path("version").asLong());
    }
}
