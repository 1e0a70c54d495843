// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.locks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.tools.http.Json;

/// What was measured. Owned by one thread.
public final class LockReport {
    private final SequencedMap<String, Run> runs = new LinkedHashMap<>();

    /// One run.
    ///
    /// @param seconds from its start to its end, over all programs
    record Run(Latencies latencies, double seconds) {
        double perSecond() {
            return latencies.count() / seconds;
        }
    }

    void add(String what, Run run) {
        runs.put(what, run);
    }

    /// {@return a line for each run}
    public String table() {
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-48s %8s %9s %9s %10s%n",
                        "microseconds",
                        "calls",
                        "p50",
                        "p99",
                        "calls/s"));
        runs.forEach((what, run) ->
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%-48s %8d %9.2f %9.2f %10.0f%n",
                                what,
                                run.latencies.count(),
                                run.latencies.micros(50),
                                run.latencies.micros(99),
                                run.perSecond())));
        return text.append(
                        Runtime.getRuntime().availableProcessors()
                                + " processors, shared by all nodes and programs\n")
                .toString();
    }

    /// {@return the same for programs to read}
    public ObjectNode json() {
        var report = Json.object();
        report.put("processors", Runtime.getRuntime().availableProcessors());
        var rows = report.putArray("runs");
        runs.forEach((what, run) ->
                rows.addObject()
                        .put("what", what)
                        .put("calls", run.latencies.count())
                        .put("p50Micros", run.latencies.micros(50))
                        .put("p99Micros", run.latencies.micros(99))
                        .put("callsPerSecond", run.perSecond()));
        return report;
    }
}
