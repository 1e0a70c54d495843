// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.krg.state.model.HostPort;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.ClientConfig;

/// Looks how the nodes of a dev cluster are: which agents run, and what each says of itself.
public final class DevStatus {
    private static final Duration ANSWER = Duration.ofSeconds(3);

    private DevStatus() {}

    /// {@return the nodes in their order; no failure of a node is an error}
    public static List<NodeStatus> of(DevDirectory directory) {
        var cluster = directory.cluster();
        return cluster.nodes().stream().map(node -> of(directory, node)).toList();
    }

    /// {@return what an agent says of itself, if it answers: the reply to `GET /v1/status`}
    public static Optional<JsonNode> ask(HostPort api) {
        var config = ClientConfig.of(List.of(api)).withBounds(ANSWER, Duration.ZERO, ANSWER);
        try (var client = new ApiClient(config)) {
            return Optional.of(client.get(ApiPath.of("status")));
        } catch (ApiFailure silent) {
            return Optional.empty();
        }
    }

    private static NodeStatus of(DevDirectory directory, DevNode node) {
        var agent = AgentProcess.find(directory.settings(node.name()));
        var role = node.voter() ? "voter" : "listener";
        if (agent.isEmpty()) {
            return new NodeStatus(node, OptionalLong.empty(), role, "stopped");
        }
        var status = ask(node.listen().api());
        var isLeader =
                status.filter(it -> it.path("leader").asText().equals(node.name())).isPresent();
        var isReady = status.filter(it -> it.path("ready").asBoolean()).isPresent();
        return new NodeStatus(
                node,
                OptionalLong.of(agent.get().pid()),
                isLeader ? "leader" : role,
                isReady ? "ready" : "starting");
    }
}
