// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.krg.tools.http.Json;

/// Divides what the first store reached by what each other one did.
final class Ratios {
    private Ratios() {}

    /// {@return a row for each other store and each thing that was measured of both}
    static ArrayNode of(JsonNode tree) {
        var rows = Json.object().putArray("ratios");
        var stores = tree.path("stores");
        var first = stores.path(0);
        for (var i = 1; i < stores.size(); i++) {
            var other = stores.path(i);
            for (var workload : tree.path("workloads")) {
                rows.add(calls(workload, first.path("name").asText(), other.path("name").asText()));
            }
            single(rows, "leader killed to next write", "failOverMillis", first, other);
            single(rows, "the longest of these", "failOverMaxMillis", first, other);
            single(rows, "memory of all servers", "memoryBytes", first, other);
            single(rows, "disk of all servers", "diskBytes", first, other);
            single(rows, "making the keys", "preloadMillis", first, other);
        }
        return rows;
    }

    private static ObjectNode calls(JsonNode workload, String first, String other) {
        var ours = workload.path("stores").path(first);
        var theirs = workload.path("stores").path(other);
        return row(workload.path("workload").asText(), first, other)
                .put("perSecond", ratio(ours, theirs, "perSecond"))
                .put("p50", ratio(ours, theirs, "p50Micros"))
                .put("p99", ratio(ours, theirs, "p99Micros"))
                .put("p999", ratio(ours, theirs, "p999Micros"));
    }

    private static void single(
            ArrayNode rows, String what, String field, JsonNode first, JsonNode other) {
        if (first.has(field) && other.has(field)) {
            rows.add(
                    row(what, first.path("name").asText(), other.path("name").asText())
                            .put("value", ratio(first, other, field)));
        }
    }

    private static ObjectNode row(String what, String first, String other) {
        return Json.object().put("what", what).put("of", first).put("to", other);
    }

    private static double ratio(JsonNode ours, JsonNode theirs, String field) {
        var divisor = theirs.path(field).asDouble();
        return divisor == 0 ? 0 : Math.round(ours.path(field).asDouble() / divisor * 100) / 100.0;
    }
}
