// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.function.LongFunction;

/// Views of nodes.
public final class Nodes {
    private Nodes() {}

    /// {@return a line for each node}
    public static String table(Iterable<JsonNode> nodes, Instant now, boolean headers) {
        return new Table()
                .left("NODE", it -> it.path("name").asText())
                .left("STATE", Nodes::state)
                .left("ROLE", Nodes::role)
                .right("CPUS", it -> amount(it, "CpuMillis", "cpuMillis", Amounts::cpus))
                .right("MEMORY", it -> amount(it, "MemoryBytes", "memoryBytes", Amounts::bytes))
                .right("PROCESSES", it -> it.path("processes").asText())
                .left("ENGINES", it -> String.join(" ", Texts.of(it.path("engines"))))
                .left("CRIU", it -> it.path("criu").asText())
                .left("API", it -> it.path("api").asText())
                .right("SINCE", it -> Amounts.age(it.path("since").asText(), now))
                .of(nodes, headers);
    }

    /// {@return one node in full}
    public static String sheet(JsonNode node) {
        return new Sheet()
                .line("node", node.path("name").asText())
                .line(
                        "state",
                        state(node) + " since " + Amounts.moment(node.path("since").asText()))
                .line("role", role(node))
                .line("incarnation", node.path("incarnation").asText())
                .line("api", node.path("api").asText())
                .line("raft", node.path("raft").asText())
                .line("peer", node.path("peer").asText())
                .line("cpus", amount(node, "CpuMillis", "cpuMillis", Amounts::cpus) + " reserved")
                .line(
                        "memory",
                        amount(node, "MemoryBytes", "memoryBytes", Amounts::bytes) + " reserved")
                .line("processes", node.path("processes").asText())
                .line(
                        "machine",
                        node.path("architecture").asText()
                                + ", Linux "
                                + node.path("kernel").asText())
                .line("criu", node.path("criu").asText())
                .line("engines", String.join(" ", Texts.of(node.path("engines"))))
                .line("addresses of cells", node.path("cellNetwork").asText())
                .lines("notes", Texts.of(node.path("notes")))
                .toString();
    }

    private static String state(JsonNode node) {
        return node.path("state").asText()
                + (node.path("cordoned").asBoolean() ? ", cordoned" : "");
    }

    private static String role(JsonNode node) {
        return node.path("leader").asBoolean() ? "leader" : part(node);
    }

    /// {@return whether a node votes, and whether an operator wants it not to}
    static String part(JsonNode node) {
        return node.path("role").asText() + (node.path("demoted").asBoolean() ? ", demoted" : "");
    }

    private static String amount(
            JsonNode node, String reserved, String all, LongFunction<String> text) {
        return text.apply(node.path("reserved" + reserved).asLong())
                + "/"
                + text.apply(node.path(all).asLong());
    }
}
