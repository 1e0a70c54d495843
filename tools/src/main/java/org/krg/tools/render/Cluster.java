// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;

/// Views of the cluster as a whole.
public final class Cluster {
    private Cluster() {}

    /// {@return what one node knows of the cluster}
    public static String status(JsonNode status, boolean headers) {
        var cluster = status.path("cluster");
        var sheet =
                new Sheet()
                        .line(
                                "cluster",
                                cluster.path("name").asText()
                                        + " ("
                                        + cluster.path("id").asText()
                                        + ")")
                        .line("leader", status.path("leader").asText("none"))
                        .line("term", status.path("term").asText())
                        .line(
                                "log",
                                "applied %s of %s committed, as %s sees it"
                                        .formatted(
                                                status.path("appliedIndex").asText(),
                                                status.path("commitIndex").asText(),
                                                status.path("node").asText()));
        var members =
                new Table()
                        .left("NODE", it -> it.path("node").asText())
                        .left("ROLE", Nodes::part)
                        .left("PEER", it -> it.path("peerId").asText())
                        .right("MATCHES", it -> it.path("matchIndex").asText())
                        .of(status.path("members"), headers);
        return sheet + "\n" + members;
    }

    /// {@return the state hash of each node}
    public static String hashes(Iterable<JsonNode> nodes, boolean headers) {
        return new Table()
                .left("NODE", it -> it.path("node").asText())
                .right("APPLIED", it -> it.path("appliedIndex").asText())
                .left("DIGEST", it -> it.path("digest").asText(it.path("problem").asText()))
                .of(nodes, headers);
    }

    /// {@return what each node can and cannot do}
    public static String doctor(Iterable<JsonNode> nodes) {
        var text = new StringBuilder();
        for (var node : nodes) {
            text.append(text.isEmpty() ? "" : "\n").append(doctor(node));
        }
        return text.toString();
    }

    private static Sheet doctor(JsonNode node) {
        return new Sheet()
                .line("node", node.path("node").asText())
                .line("problem", node.path("problem").asText())
                .line("engines", String.join(" ", Texts.of(node.path("engines"))))
                .line("criu", node.path("criu").asText())
                .line("self-test", node.path("selfTest").asText())
                .line("checkpoint key", node.path("checkpointKey").asText())
                .line("signs", node.path("signs").asBoolean() ? "certificates" : "")
                .lines("limits", Texts.of(node.path("limits")))
                .lines("notes", Texts.of(node.path("notes")));
    }
}
