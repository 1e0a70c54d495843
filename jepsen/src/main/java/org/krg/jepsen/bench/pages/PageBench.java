// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.pages;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.krg.jepsen.bench.locks.SyncProgram;
import org.krg.jepsen.cluster.Cluster;

/// Programs, one on each node of a cluster, touch a segment of each mode; two do the same in memory
/// that they share without krg.
public final class PageBench {
    static final String FLOOR = "floor";

    private static final List<String> MODES = List.of("async", "semisync", "sync");

    private final Path program;
    private final Cluster cluster;
    private final int pages;
    private final Consumer<String> progress;

    /// @param program `krg-touch`
    /// @param pages that each kind of touch is timed on
    /// @param progress is told what is measured next
    public PageBench(Path program, Cluster cluster, int pages, Consumer<String> progress) {
        this.program = program;
        this.cluster = cluster;
        this.pages = pages;
        this.progress = progress;
    }

    /// Does everything once.
    public PageReport run() {
        var report = new PageReport(cluster.nodes().size());
        progress.accept("plain sockets, the links of pages, and the floor");
        measureYardsticks(report);
        measureFloor(report);
        // The agents' code is compiled as they run it.
        progress.accept("a first time, which does not count");
        measure("async", new PageReport(cluster.nodes().size()));
        for (var mode : MODES) {
            progress.accept(mode);
            measure(mode, report);
        }
        return report;
    }

    private void measureYardsticks(PageReport report) {
        var measured = cluster.run("bench", "links", "-o", "json").require(0).json();
        for (var echo : measured.path("echoes")) {
            report.add(
                    new PageReport.Yardstick(
                            echo.path("what").asText(),
                            echo.path("p50Micros").asDouble(),
                            echo.path("p99Micros").asDouble()));
        }
        report.stream(measured.path("streamMegabytesPerSecond").asDouble());
    }

    private void measureFloor(PageReport report) {
        // Removed with the cluster.
        var said = cluster.installation().scratch().resolve("floor");
        var floor = "%s " + said + " " + Touches.BYTES;
        try (var home = SyncProgram.onFloor(program, "floor " + floor.formatted("home"));
                var other = SyncProgram.onFloor(program, "floor " + floor.formatted("join"))) {
            new Touches(FLOOR, List.of(home, other), pages, report).measure();
        }
    }

    private void measure(String mode, PageReport report) {
        var segment = "bench-" + mode;
        cluster.run("segment", "create", segment, "--size", "" + Touches.BYTES, "--mode", mode)
                .require(0);
        var programs = new ArrayList<SyncProgram>();
        try {
            for (var node : cluster.nodes()) {
                programs.add(SyncProgram.on(program, cluster, node, segment));
            }
            new Touches(mode, programs, pages, report).measure();
        } finally {
            programs.forEach(SyncProgram::close);
        }
        report.add(cost(mode, segment));
        cluster.run("segment", "destroy", segment).require(0);
    }

    private PageReport.Cost cost(String mode, String segment) {
        // An audit waits until the log has all owners.
        cluster.run("segment", "audit", segment).require(0);
        var nodes =
                cluster.members().stream()
                        .map(member -> cluster.ask(member, "segments", segment, "pages"))
                        .toList();
        return new PageReport.Cost(
                mode,
                sum(nodes, "owners"),
                sum(nodes, "records"),
                sum(nodes, "recordBytes"),
                sum(nodes, "bytesOut"));
    }

    private static long sum(List<JsonNode> nodes, String what) {
        return nodes.stream().mapToLong(it -> it.path("stats").path(what).asLong()).sum();
    }
}
