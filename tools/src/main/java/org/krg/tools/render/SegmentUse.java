// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.krg.tools.http.Json;

/// How the nodes use a segment.
public final class SegmentUse {
    private SegmentUse() {}

    /// One page as all nodes saw it.
    private record Use(int page, long reads, long writes, TreeMap<String, Long> writers) {
        long total() {
            return reads + writes;
        }
    }

    /// {@return a node's answer without its tables}
    public static ObjectNode ofNode(JsonNode answer) {
        var node = Json.object().put("node", answer.path("node").asText());
        if (answer.has("problem")) {
            return node.put("problem", answer.path("problem").asText());
        }
        return node.set("stats", answer.path("stats"));
    }

    /// {@return the pages that moved most often, and which nodes write them}
    public static ArrayNode hottest(List<JsonNode> nodes, int most) {
        var pages = new TreeMap<Integer, Use>();
        for (var node : nodes) {
            for (var use : node.path("hottest")) {
                pages.merge(use.path("page").asInt(), use(node, use), SegmentUse::together);
            }
        }
        var list = Json.object().putArray("hottest");
        pages.values().stream()
                .sorted(Comparator.comparingLong(Use::total).reversed().thenComparingInt(Use::page))
                .limit(most)
                .forEach(use -> list.add(view(use)));
        return list;
    }

    private static Use use(JsonNode node, JsonNode use) {
        var writes = use.path("writes").asLong();
        var writers = new TreeMap<String, Long>();
        if (writes > 0) {
            writers.put(node.path("node").asText(), writes);
        }
        return new Use(use.path("page").asInt(), use.path("reads").asLong(), writes, writers);
    }

    private static Use together(Use one, Use other) {
        var writers = new TreeMap<>(one.writers);
        writers.putAll(other.writers);
        return new Use(one.page, one.reads + other.reads, one.writes + other.writes, writers);
    }

    private static ObjectNode view(Use use) {
        var view =
                Json.object()
                        .put("page", use.page)
                        .put("reads", use.reads)
                        .put("writes", use.writes)
                        .put("contended", use.writers.size() > 1);
        var writers = view.putObject("writers");
        use.writers.forEach(writers::put);
        return view;
    }

    /// {@return a line for each node, for each kind of fault and for each hot page}
    public static String text(JsonNode reply, boolean headers) {
        var nodes =
                new Table()
                        .left("NODE", it -> it.path("node").asText())
                        .right("READS", it -> count(it, "readFaults"))
                        .right("WRITES", it -> count(it, "writeFaults"))
                        .right("UPGRADES", it -> count(it, "upgrades"))
                        .right("AHEAD", it -> count(it, "ahead"))
                        .right("PROMOTED", it -> count(it, "promoted"))
                        .right("IN VAIN", it -> count(it, "promotedInVain"))
                        .right("GIVEN UP", SegmentUse::givenUp)
                        .right("LOST", it -> count(it, "lost"))
                        .right("REFUSED", it -> count(it, "refused"))
                        .right("IN", it -> bytes(it, "bytesIn"))
                        .right("OUT", it -> bytes(it, "bytesOut"))
                        .right("OWNERS", it -> count(it, "owners"))
                        .right("RECORDS", it -> count(it, "records"))
                        .right("LOG", it -> bytes(it, "recordBytes"))
                        .of(reply.path("nodes"), headers);
        var faults =
                new Table()
                        .left("NODE", it -> it.path("node").asText())
                        .left("FAULT", it -> it.path("kind").asText())
                        .left("FROM", it -> it.path("elsewhere").asBoolean() ? "elsewhere" : "here")
                        .right("COUNT", it -> it.path("count").asText())
                        .right("P50 US", it -> micros(it, "p50"))
                        .right("P90 US", it -> micros(it, "p90"))
                        .right("P99 US", it -> micros(it, "p99"))
                        .right("MAX US", it -> micros(it, "max"))
                        .of(faults(reply), headers);
        var pages =
                new Table()
                        .right("PAGE", it -> it.path("page").asText())
                        .right("READ", it -> it.path("reads").asText())
                        .right("WRITTEN", it -> it.path("writes").asText())
                        .left("BY", SegmentUse::writers)
                        .of(reply.path("hottest"), headers);
        return nodes
                + (faults(reply).isEmpty() ? "" : "\n" + faults)
                + (reply.path("hottest").isEmpty() ? "" : "\n" + pages);
    }

    /// {@return how long threads stood still, each kind with its node}
    private static ArrayNode faults(JsonNode reply) {
        var faults = Json.object().putArray("faults");
        for (var node : reply.path("nodes")) {
            for (var times : node.path("stats").path("faultMicros")) {
                faults.addObject()
                        .put("node", node.path("node").asText())
                        .setAll((ObjectNode) times);
            }
        }
        return faults;
    }

    private static String count(JsonNode node, String what) {
        return node.has("problem") ? "?" : node.path("stats").path(what).asText();
    }

    private static String givenUp(JsonNode node) {
        var stats = node.path("stats");
        return node.has("problem")
                ? "?"
                : Long.toString(stats.path("invalidated").asLong() + stats.path("taken").asLong());
    }

    private static String bytes(JsonNode node, String what) {
        return node.has("problem") ? "?" : Amounts.bytes(node.path("stats").path(what).asLong());
    }

    private static String micros(JsonNode times, String what) {
        return String.format(Locale.ROOT, "%.0f", times.path(what).asDouble());
    }

    private static String writers(JsonNode use) {
        var words = new ArrayList<String>();
        use.path("writers")
                .properties()
                .forEach(it -> words.add(it.getKey() + " " + it.getValue().asText()));
        var text = String.join(", ", words);
        return use.path("contended").asBoolean() ? text + "  (contended)" : text;
    }
}
