// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.krg.jepsen.bench.report.Medians;
import org.krg.tools.http.Json;
import org.krg.tools.render.Table;

/// What was measured: medians, and how they compare.
public final class RunReport {
    private final ObjectNode json = Json.object();

    /// Times of a program that does nothing.
    ///
    /// @param jobs from its submission until the cluster has agreed that it is over
    /// @param containers of `runc run`
    /// @param commits of one value that the cluster agrees on
    record Starts(List<Duration> jobs, List<Duration> containers, List<Duration> commits) {}

    /// Times of a program that computes, as it tells them itself.
    record Computations(List<Duration> jobs, List<Duration> alone) {}

    RunReport(Starts starts, Computations computations) {
        json.put("processors", Runtime.getRuntime().availableProcessors());
        var rows = json.putArray("rows");
        var container = Medians.millis(starts.containers());
        var commit = Medians.millis(starts.commits());
        rows.addObject()
                .put("what", "run to exit")
                .put("beside", "runc run and a commit")
                .put("krgMillis", Medians.millis(starts.jobs()))
                .put("besideMillis", container + commit)
                .put("runcMillis", container)
                .put("commitMillis", commit)
                .put("count", starts.jobs().size());
        rows.addObject()
                .put("what", "computing")
                .put("beside", "the program by itself")
                .put("krgMillis", Medians.millis(computations.jobs()))
                .put("besideMillis", Medians.millis(computations.alone()))
                .put("count", computations.jobs().size());
        for (var row : rows) {
            var ratio = row.path("krgMillis").asDouble() / row.path("besideMillis").asDouble();
            ((ObjectNode) row).put("ratio", ratio);
        }
    }

    /// {@return a line for each program, ratios first}
    public String table() {
        return new Table()
                        .left("PROGRAM", row -> row.path("what").asText())
                        .left("BESIDE", row -> row.path("beside").asText())
                        .right("RATIO", row -> decimal(row, "ratio", 3))
                        .right("krg ms", row -> decimal(row, "krgMillis", 1))
                        .right("beside ms", row -> decimal(row, "besideMillis", 1))
                        .right("runc ms", row -> decimal(row, "runcMillis", 1))
                        .right("commit ms", row -> decimal(row, "commitMillis", 1))
                        .right("TIMES", row -> row.path("count").asText())
                        .of(json.path("rows"), true)
                + "\nmedians, %d processors, shared by all nodes and programs\n"
                        .formatted(json.path("processors").asInt());
    }

    private static String decimal(JsonNode row, String field, int digits) {
        var number = row.path(field);
        return number.isNumber()
                ? String.format(Locale.ROOT, "%." + digits + "f", number.asDouble())
                : "";
    }

    /// {@return the same for programs to read}
    public ObjectNode json() {
        return json;
    }
}
