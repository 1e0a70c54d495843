// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import org.krg.tools.render.Table;

/// What was measured of each size, as data and as a table with a column for each.
public final class GrowthReport {
    private static final double MILLIS = 1e3;

    private final ObjectNode tree = Json.object();

    GrowthReport(GrowthSettings settings, List<ObjectNode> sizes) {
        tree.putObject("conditions")
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("kernel", System.getProperty("os.version"))
                .put("valueBytes", settings.valueBytes())
                .put("seconds", settings.length().toSeconds())
                .put("warmUpSeconds", settings.warmUp().toSeconds());
        tree.putArray("sizes").addAll(sizes);
    }

    /// {@return everything, for programs}
    public ObjectNode tree() {
        return tree;
    }

    /// {@return a table for a terminal}
    public String table() {
        var table = new Table().left("KEYS", row -> row.path("what").asText());
        for (var size : tree.path("sizes")) {
            var keys = size.path("keys").asText();
            table.right(keys, row -> row.path(keys).asText());
        }
        return table.of(rows(), true);
    }

    private List<JsonNode> rows() {
        var rows = new ArrayList<JsonNode>();
        for (var load : GrowthLoad.values()) {
            rows.add(row(load + ", a second", size -> number(size, load, "perSecond", 1, 0)));
            rows.add(row("p50 ms", size -> number(size, load, "p50Micros", MILLIS, 2)));
            rows.add(row("p99 ms", size -> number(size, load, "p99Micros", MILLIS, 2)));
        }
        rows.add(row("memory of three servers", size -> bytes(size, "memoryBytes")));
        rows.add(row("disk of three servers", size -> bytes(size, "diskBytes")));
        rows.add(row("making the keys, s", size -> seconds(size, "loadMillis")));
        rows.add(row("start after a clean end, s", size -> seconds(size, "startMillis")));
        rows.add(row("start after SIGKILL, s", size -> seconds(size, "startAfterKillMillis")));
        rows.add(row("snapshot taken, s", size -> seconds(size, "snapshotMillis", 2)));
        rows.add(row("its size", size -> bytes(size, "snapshotBytes")));
        rows.add(row("start with nothing, s", size -> seconds(size, "startEmptyMillis")));
        rows.add(
                row(
                        "it is given",
                        size ->
                                size.path("givenSnapshot").asBoolean()
                                        ? "the snapshot"
                                        : "the log"));
        return rows;
    }

    private JsonNode row(String what, Function<JsonNode, String> cell) {
        var row = Json.object().put("what", what);
        for (var size : tree.path("sizes")) {
            row.put(size.path("keys").asText(), cell.apply(size));
        }
        return row;
    }

    private static String number(
            JsonNode size, GrowthLoad load, String field, double unit, int digits) {
        return decimal(size.path(load.field()).path(field).asDouble() / unit, digits);
    }

    private static String seconds(JsonNode size, String field) {
        return seconds(size, field, 1);
    }

    private static String seconds(JsonNode size, String field, int digits) {
        return decimal(size.path(field).asLong() / MILLIS, digits);
    }

    private static String bytes(JsonNode size, String field) {
        return Amounts.bytes(size.path(field).asLong());
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
