// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.owners;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.tools.http.Json;

/// What was measured. Owned by one thread.
public final class OwnerReport {
    private final List<Faults> faults = new ArrayList<>();
    private final List<Cost> costs = new ArrayList<>();

    private record Faults(String mode, String what, Latencies latencies) {}

    /// What a segment took.
    ///
    /// @param owners times a page got its next owner
    /// @param records of that in the log
    /// @param logBytes they took
    /// @param pageBytes that went between nodes
    record Cost(String mode, long owners, long records, long logBytes, long pageBytes) {
        double share() {
            return pageBytes == 0 ? 0 : 100.0 * logBytes / pageBytes;
        }
    }

    void add(String mode, String what, Latencies latencies) {
        faults.add(new Faults(mode, what, latencies));
    }

    void add(Cost cost) {
        costs.add(cost);
    }

    /// {@return a line for each kind of fault and mode, and one for what each mode took}
    public String table() {
        var text = new StringBuilder();
        text.append(row("%-10s %-44s %8s %9s %9s", "mode", "microseconds", "times", "p50", "p99"));
        for (var each : faults) {
            text.append(
                    row(
                            "%-10s %-44s %8d %9.1f %9.1f",
                            each.mode,
                            each.what,
                            each.latencies.count(),
                            each.latencies.micros(50),
                            each.latencies.micros(99)));
        }
        text.append(
                row(
                        "%-10s %8s %8s %10s %12s %8s",
                        "mode", "owners", "records", "log bytes", "page bytes", "percent"));
        for (var cost : costs) {
            text.append(
                    row(
                            "%-10s %8d %8d %10d %12d %8.2f",
                            cost.mode,
                            cost.owners,
                            cost.records,
                            cost.logBytes,
                            cost.pageBytes,
                            cost.share()));
        }
        return text.append(
                        Runtime.getRuntime().availableProcessors()
                                + " processors, shared by all nodes and programs\n")
                .toString();
    }

    private static String row(String format, Object... values) {
        return String.format(Locale.ROOT, format + "%n", values);
    }

    /// {@return the same for programs to read}
    public ObjectNode json() {
        var report = Json.object();
        report.put("processors", Runtime.getRuntime().availableProcessors());
        var rows = report.putArray("faults");
        for (var each : faults) {
            rows.addObject()
                    .put("mode", each.mode)
                    .put("what", each.what)
                    .put("times", each.latencies.count())
                    .put("p50Micros", each.latencies.micros(50))
                    .put("p99Micros", each.latencies.micros(99));
        }
        var took = report.putArray("costs");
        for (var cost : costs) {
            took.addObject()
                    .put("mode", cost.mode)
                    .put("owners", cost.owners)
                    .put("records", cost.records)
                    .put("logBytes", cost.logBytes)
                    .put("pageBytes", cost.pageBytes)
                    .put("percent", cost.share());
        }
        return report;
    }
}
