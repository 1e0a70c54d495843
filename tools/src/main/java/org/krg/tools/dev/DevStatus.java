// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
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
    public static List<NodeStatus> of(DevDirectory directory) throws InterruptedException {
        var cluster = directory.cluster();
        var nodes = new ArrayList<NodeStatus>();
        for (var node : cluster.nodes()) {
            nodes.add(of(directory, node, cluster.isSeparate()));
        }
        return nodes;
    }

    /// {@return what an agent says of itself, if it answers: the reply to `GET /v1/status`}
    public static Optional<JsonNode> ask(HostPort api) {
        return ask(ClientConfig.of(List.of(api)));
    }

    /// {@return as above}
    ///
    /// @param agent how to ask it; its bounds do not count
    public static Optional<JsonNode> ask(ClientConfig agent) {
        try (var client = new ApiClient(agent.withBounds(ANSWER, Duration.ZERO, ANSWER))) {
            return Optional.of(client.get(ApiPath.of("status")));
        } catch (ApiFailure silent) {
            return Optional.empty();
        }
    }

    private static NodeStatus of(DevDirectory directory, DevNode node, boolean isSeparate)
            throws InterruptedException {
        var agent = AgentProcess.find(directory.settings(node.name()));
        var role = node.voter() ? "voter" : "listener";
        if (agent.isEmpty()) {
            return new NodeStatus(node, OptionalLong.empty(), role, "stopped", List.of());
        }
        var cuts = isSeparate ? new DevCuts(directory).of(node.name()) : List.<DevCuts.Cut>of();
        var status = ask(directory.client(List.of(node.listen().api())));
        var isLeader =
                status.filter(it -> it.path("leader").asText().equals(node.name())).isPresent();
        var isReady = status.filter(it -> it.path("ready").asBoolean()).isPresent();
        return new NodeStatus(
                node,
                OptionalLong.of(agent.get().pid()),
                isLeader ? "leader" : role,
                isReady ? "ready" : "starting",
                cuts);
    }
}
