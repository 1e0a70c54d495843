// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import org.krg.tools.render.Table;

/// Shows a report to people: ratios first, then what was measured.
public final class ReportText {
    private ReportText() {}

    /// {@return tables for a terminal}
    public static String of(JsonNode tree) {
        var text = new StringBuilder();
        if (!tree.path("ratios").isEmpty()) {
            text.append(ratios().of(tree.path("ratios"), true)).append('\n');
        }
        text.append(calls().of(rows(tree), true)).append('\n');
        rows(tree).stream()
                .filter(row -> row.has("failure"))
                .map(ReportText::failure)
                .forEach(text::append);
        text.append(stores().of(tree.path("stores"), true)).append('\n');
        tree.path("conditions")
                .properties()
                .forEach(each ->
                        text.append(each.getKey())
                                .append(": ")
                                .append(each.getValue().asText())
                                .append('\n'));
        return text.toString();
    }

    /// {@return the same as tables of Markdown}
    public static String markdown(JsonNode tree) {
        return Markdown.of(of(tree));
    }

    private static Table ratios() {
        return new Table()
                .left("RATIO", row -> row.path("of").asText() + " / " + row.path("to").asText())
                .left("OF", row -> row.path("what").asText())
                .right("CALLS/S", row -> times(row, "perSecond"))
                .right("P50", row -> times(row, "p50"))
                .right("P99", row -> times(row, "p99"))
                .right("P99.9", row -> times(row, "p999"))
                .right("VALUE", row -> times(row, "value"));
    }

    private static Table calls() {
        return new Table()
                .left("WORKLOAD", row -> row.path("workload").asText())
                .left("STORE", row -> row.path("store").asText())
                .right("CALLS/S", row -> decimal(row, "perSecond", 1, 0))
                .right("P50 ms", row -> decimal(row, "p50Micros", 1e3, 2))
                .right("P99 ms", row -> decimal(row, "p99Micros", 1e3, 2))
                .right("P99.9 ms", row -> decimal(row, "p999Micros", 1e3, 2))
                .right("SERVERS µs/call", row -> decimal(row, "serverCpuMicrosPerCall", 1, 1))
                .right("CLIENTS µs/call", row -> decimal(row, "generatorCpuMicrosPerCall", 1, 1))
                .right("FAILED", row -> row.path("failures").asText());
    }

    private static Table stores() {
        return new Table()
                .left("STORE", row -> row.path("name").asText())
                .left("VERSION", row -> row.path("version").asText())
                .right("MEMORY", row -> bytes(row, "memoryBytes"))
                .right("DISK", row -> bytes(row, "diskBytes"))
                .right("FAILOVER s", row -> decimal(row, "failOverMillis", 1e3, 2))
                .right("LONGEST s", row -> decimal(row, "failOverMaxMillis", 1e3, 2))
                .right("PRELOAD s", row -> decimal(row, "preloadMillis", 1e3, 1));
    }

    private static List<JsonNode> rows(JsonNode tree) {
        var rows = new ArrayList<JsonNode>();
        for (var workload : tree.path("workloads")) {
            workload.path("stores")
                    .properties()
                    .forEach(each -> {
                        var row = Json.object();
                        row.put("workload", workload.path("workload").asText());
                        row.put("store", each.getKey());
                        row.setAll((ObjectNode) each.getValue());
                        rows.add(row);
                    });
        }
        return rows;
    }

    private static String failure(JsonNode row) {
        return "one of the failures of %s, %s: %s%n"
                .formatted(
                        row.path("store").asText(),
                        row.path("workload").asText(),
                        row.path("failure").asText());
    }

    private static String times(JsonNode row, String field) {
        return row.has(field) ? String.format(Locale.ROOT, "%.2f", row.path(field).asDouble()) : "";
    }

    private static String bytes(JsonNode row, String field) {
        return row.has(field) ? Amounts.bytes(row.path(field).asLong()) : "";
    }

    private static String decimal(JsonNode row, String field, double unit, int digits) {
        return row.has(field)
                ? String.format(Locale.ROOT, "%." + digits + "f", row.path(field).asDouble() / unit)
                : "";
    }
}
