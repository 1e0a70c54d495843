// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.krg.state.model.HostPort;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Asks each node for what only it can tell.
public final class EveryNode {
    private EveryNode() {}

    /// {@return each node's answer with `node`, its name; with `problem` instead if it does not
    /// answer}
    public static List<JsonNode> ask(ApiClient client, ApiPath path) {
        var answers = new ArrayList<JsonNode>();
        for (var node : client.get(ApiPath.of("nodes").with("stale", true)).path("nodes")) {
            answers.add(ask(client, node, path));
        }
        return answers;
    }

    private static JsonNode ask(ApiClient client, JsonNode node, ApiPath path) {
        var answer = Json.object().put("node", node.path("name").asText());
        try {
            var api = HostPort.parse(node.path("api").asText());
            client.at(api).get(path).properties().stream()
                    .filter(field -> !field.getKey().equals("apiVersion"))
                    .forEach(field -> answer.set(field.getKey(), field.getValue()));
        } catch (ApiFailure silent) {
            answer.put("problem", silent.getMessage());
        }
        return answer;
    }

    /// {@return 0 if every node answered}
    public static int exitCode(List<JsonNode> answers) {
        return answers.stream().anyMatch(answer -> answer.has("problem"))
                ? ExitCode.PARTIAL
                : ExitCode.OK;
    }
}
