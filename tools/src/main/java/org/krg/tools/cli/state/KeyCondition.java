// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Option;

/// What must hold of a key for a change of it to be made.
final class KeyCondition {
    @Option(
            names = "--if-revision",
            paramLabel = "REVISION",
            description = "only if this revision wrote the key last; 0: only if it is not there")
    private @Nullable Long revision;

    /// Says that the key must not be there.
    void requireAbsent() {
        revision = 0L;
    }

    /// {@return the answer to the change `request` of `key`, made only if the condition holds}
    JsonNode apply(ApiClient client, KeyText text, String key, ObjectNode request) {
        var body = Json.object();
        if (revision != null) {
            body.putArray("when")
                    .add(text.put(Json.object(), "key", key).put("modified", revision));
            body.putArray("otherwise")
                    .add(Json.object().set("range", text.put(Json.object(), "key", key)));
        }
        body.putArray("then").add(request);
        var reply = client.post(ApiPath.of("keys", "transaction"), body);
        if (!reply.path("succeeded").asBoolean()) {
            throw refusal(key, reply.path("results").path(0).path("range").path("keys"));
        }
        return reply;
    }

    private static VerbFailed refusal(String key, JsonNode present) {
        return present.isEmpty()
                ? new VerbFailed(ExitCode.CONFLICT, "there is no key " + key, "nothing was changed")
                : new VerbFailed(
                        ExitCode.CONFLICT,
                        "revision %s wrote %s last"
                                .formatted(present.path(0).path("modified").asText(), key),
                        "nothing was changed; krg-admin state get " + key + " shows it");
    }
}
