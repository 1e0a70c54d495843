// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.krg.tools.http.Json;

/// Which processes of all nodes have a segment.
public final class SegmentHolders {
    private SegmentHolders() {}

    /// {@return the processes of all nodes that answered, each with its `node`}
    public static ArrayNode all(List<JsonNode> nodes) {
        var all = Json.object().putArray("attached");
        for (var node : nodes) {
            for (var process : node.path("attached")) {
                ObjectNode row = Json.object().put("node", node.path("node").asText());
                all.add(row.setAll((ObjectNode) process));
            }
        }
        return all;
    }

    /// {@return the nodes that did not answer, each with its `problem`}
    public static ArrayNode silent(List<JsonNode> nodes) {
        var silent = Json.object().putArray("silent");
        nodes.stream().filter(node -> node.has("problem")).forEach(silent::add);
        return silent;
    }

    /// {@return a line for each process}
    public static String text(JsonNode reply, boolean headers) {
        return new Table()
                .left("NODE", it -> it.path("node").asText())
                .right("PID", it -> it.path("pid").asText())
                .left("USER", SegmentHolders::user)
                .left("PROCESS", SegmentHolders::process)
                .right("HANDLES", it -> it.path("handles").asText())
                .right("SYNC", it -> it.path("threads").asText())
                .left("MAPS", SegmentHolders::mappings)
                .left("COMMAND", it -> it.path("command").asText())
                .of(reply.path("attached"), headers);
    }

    private static String user(JsonNode process) {
        var uid = process.path("uid").asText();
        return process.has("user") ? "%s (%s)".formatted(process.path("user").asText(), uid) : uid;
    }

    private static String process(JsonNode process) {
        return process.path(process.has("target") ? "target" : "process").asText();
    }

    private static String mappings(JsonNode process) {
        if (process.path("detached").asBoolean()) {
            return "detached";
        }
        var words = new ArrayList<String>();
        for (var mapping : process.path("mappings")) {
            var first = mapping.path("page").asLong();
            var last = first + mapping.path("pages").asLong() - 1;
            words.add("pages %s-%s %s".formatted(first, last, rights(mapping)));
        }
        return String.join(", ", words);
    }

    private static String rights(JsonNode mapping) {
        if (!mapping.has("writable")) {
            return "r?";
        }
        return mapping.path("writable").asBoolean() ? "rw" : "r-";
    }
}
