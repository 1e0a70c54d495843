// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.pages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.tools.http.Json;

/// What was measured: the floor and each mode, beside each other. Owned by one thread.
public final class PageReport {
    private final int nodes;
    private final List<Yardstick> yardsticks = new ArrayList<>();
    private final Map<String, Map<Touch, Latencies>> touches = new LinkedHashMap<>();
    private final List<Rate> rates = new ArrayList<>();
    private final List<Cost> costs = new ArrayList<>();
    private double streamMegabytes;

    /// What shared memory is compared with, in microseconds.
    record Yardstick(String what, double p50, double p99) {}

    /// How much of something came about in a second.
    record Rate(String subject, String what, double each) {}

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

    /// @param nodes that touched pages
    PageReport(int nodes) {
        this.nodes = nodes;
    }

    void add(Yardstick yardstick) {
        yardsticks.add(yardstick);
    }

    /// @param megabytes a second, over two blocking sockets
    void stream(double megabytes) {
        streamMegabytes = megabytes;
    }

    void add(String subject, Touch what, Latencies latencies) {
        touches.computeIfAbsent(subject, _ -> new EnumMap<>(Touch.class)).put(what, latencies);
    }

    void add(Rate rate) {
        rates.add(rate);
    }

    void add(Cost cost) {
        costs.add(cost);
    }

    /// What a remote read fault may take: 2.5 echoes and 4 local faults.
    private double remoteReadToAim() {
        var async = touches.getOrDefault("async", Map.of());
        var local = async.getOrDefault(Touch.LOCAL_FAULT, new Latencies()).micros(50);
        var remote = async.getOrDefault(Touch.REMOTE_READ, new Latencies()).micros(50);
        var echo = yardsticks.isEmpty() ? 0 : yardsticks.getFirst().p50;
        return remote / (2.5 * echo + 4 * local);
    }

    /// {@return tables: yardsticks; every kind of touch, beside each other for the floor and each
    /// mode; what the modes took of the log}
    public String table() {
        var text = new StringBuilder();
        text.append(cells("microseconds", Stream.of("p50", "p99")));
        yardsticks.forEach(
                it -> text.append(cells(it.what, Stream.of(number(it.p50), number(it.p99)))));
        text.append('\n')
                .append(
                        cells(
                                "microseconds, p50 and p99",
                                touches.keySet().stream().flatMap(it -> Stream.of(it, "p99"))));
        for (var what : Touch.values()) {
            var both =
                    touches.values().stream()
                            .map(it -> it.getOrDefault(what, new Latencies()))
                            .flatMap(it -> Stream.of(number(it.micros(50)), number(it.micros(99))));
            text.append(cells(what.toString(), both));
        }
        text.append('\n').append(cells("in a second", touches.keySet().stream()));
        text.append(rates("writes of all nodes to the same pages", "writes", 1));
        text.append(rates("MB of a sequential read of 64 MB", "readMegabytes", 1));
        text.append(
                rates("the same, percent of the stream", "readMegabytes", streamMegabytes / 100));
        text.append('\n');
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
        return text.append('\n')
                .append(row("stream over two blocking sockets: %.1f MB/s", streamMegabytes))
                .append(
                        row(
                                "remote read fault / (2.5 x echo + 4 x local fault), async: %.2f",
                                remoteReadToAim()))
                .append(
                        row(
                                "%d processors, shared by %d nodes and all programs; two processes"
                                        + " on the floor",
                                Runtime.getRuntime().availableProcessors(), nodes))
                .toString();
    }

    private String rates(String label, String what, double unit) {
        return cells(
                label,
                rates.stream()
                        .filter(it -> it.what.equals(what))
                        .map(it -> number(it.each / unit)));
    }

    private static String cells(String label, Stream<String> values) {
        return "%-46s".formatted(label)
                + values.map("  %9s"::formatted).collect(Collectors.joining())
                + '\n';
    }

    private static String row(String format, Object... values) {
        return String.format(Locale.ROOT, format + "%n", values);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// {@return the same for programs to read}
    public ObjectNode json() {
        var report = Json.object();
        report.put("processors", Runtime.getRuntime().availableProcessors());
        report.put("nodes", nodes);
        report.put("streamMegabytesPerSecond", streamMegabytes);
        report.put("remoteReadToAim", remoteReadToAim());
        var sticks = report.putArray("yardsticks");
        yardsticks.forEach(it ->
                sticks.addObject()
                        .put("what", it.what)
                        .put("p50Micros", it.p50)
                        .put("p99Micros", it.p99));
        var rows = report.putArray("touches");
        touches.forEach((subject, of) ->
                of.forEach((what, it) ->
                        put(rows.addObject().put("subject", subject), what.toString(), it)));
        var each = report.putArray("perSecond");
        rates.forEach(it ->
                each.addObject()
                        .put("subject", it.subject)
                        .put("what", it.what)
                        .put("rate", it.each));
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

    private static void put(ObjectNode row, String what, Latencies latencies) {
        row.put("what", what)
                .put("times", latencies.count())
                .put("p50Micros", latencies.micros(50))
                .put("p99Micros", latencies.micros(99));
    }
}
