// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.UUID;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;

/// The text of `cluster.json`.
final class ClusterText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ClusterText() {}

    static String render(DevCluster cluster) {
        var root = JSON.createObjectNode();
        root.put("id", cluster.id().toString()).put("name", cluster.name());
        root.put("separateNetworks", cluster.isSeparate());
        var nodes = root.putArray("nodes");
        for (var node : cluster.nodes()) {
            nodes.addObject()
                    .put("name", node.name())
                    .put("voter", node.voter())
                    .put("api", node.listen().api().toString())
                    .put("raft", node.listen().raft().toString())
                    .put("peer", node.listen().peer().toString());
        }
        return root.toPrettyString() + "\n";
    }

    /// @throws IllegalArgumentException if the text is not what [#render] makes
    static DevCluster parse(String text) {
        try {
            var root = JSON.readTree(text);
            var nodes = new ArrayList<DevNode>();
            for (var node : root.required("nodes")) {
                nodes.add(
                        new DevNode(
                                text(node, "name"),
                                node.required("voter").booleanValue(),
                                new NodeAddresses(
                                        address(node, "api"),
                                        address(node, "raft"),
                                        address(node, "peer"))));
            }
            return new DevCluster(
                    UUID.fromString(text(root, "id")),
                    text(root, "name"),
                    root.path("separateNetworks").booleanValue(),
                    nodes);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException(broken.getOriginalMessage(), broken);
        }
    }

    private static HostPort address(JsonNode node, String field) {
        return HostPort.parse(text(node, field));
    }

    private static String text(JsonNode node, String field) {
        var value = node.required(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(field + " is no text");
        }
        return value.textValue();
    }
}
