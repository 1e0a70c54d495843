// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.owners;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.jepsen.bench.locks.SyncProgram;
import org.krg.jepsen.cluster.Cluster;

/// Programs on two nodes of a cluster write pages of a segment of each mode, one after the other,
/// and take them from each other.
public final class OwnerBench {
    private static final List<String> MODES = List.of("async", "semisync", "sync");
    private static final int PAGE_BYTES = 4_096;

    /// Pages that are touched before anything counts.
    private static final int WARM_UP_PAGES = 64;

    private final Path program;
    private final Cluster cluster;
    private final int pages;
    private final OwnerReport report = new OwnerReport();

    /// @param program `krg-touch`
    /// @param pages that each kind of fault is timed on
    public OwnerBench(Path program, Cluster cluster, int pages) {
        this.program = program;
        this.cluster = cluster;
        this.pages = pages;
    }

    /// Does everything once.
    public OwnerReport run() {
        MODES.forEach(this::measure);
        return report;
    }

    private void measure(String mode) {
        var segment = "bench-" + mode;
        cluster.run("segment", "create", segment, "--size", "64M", "--mode", mode).require(0);
        var first = cluster.nodes().getFirst();
        var second = cluster.nodes().get(1);
        try (var home = SyncProgram.on(program, cluster, first, segment);
                var other = SyncProgram.on(program, cluster, second, segment)) {
            var _ = time(home, "write", 0, WARM_UP_PAGES);
            var _ = time(other, "write", 0, WARM_UP_PAGES);
            // A block of its own, and the ones behind it.
            var at = 512;
            report.add(mode, "first touch at the home", time(home, "write", at, pages));
            report.add(mode, "write, taken from the home", time(other, "write", at, pages));
            var _ = time(home, "read", at, pages);
            report.add(mode, "written again by its owner", time(other, "write", at, pages));
            report.add(mode, "write, taken by the home", time(home, "write", at, pages));
        }
        report.add(cost(mode, segment));
        cluster.run("segment", "destroy", segment).require(0);
    }

    private OwnerReport.Cost cost(String mode, String segment) {
        // An audit waits until the log has all owners.
        cluster.run("segment", "audit", segment).require(0);
        var nodes =
                cluster.members().stream()
                        .map(member -> cluster.ask(member, "segments", segment, "pages"))
                        .toList();
        return new OwnerReport.Cost(
                mode,
                sum(nodes, "owners"),
                sum(nodes, "records"),
                sum(nodes, "recordBytes"),
                sum(nodes, "bytesOut"));
    }

    private static long sum(List<JsonNode> nodes, String what) {
        return nodes.stream().mapToLong(it -> it.path("stats").path(what).asLong()).sum();
    }

    /// Touches the first word of pages, from the last one to the first: nothing comes ahead.
    private static Latencies time(SyncProgram program, String how, int first, int count) {
        var last = (first + count - 1) * (long) PAGE_BYTES;
        var command = "time %s %d %d %d".formatted(how, last, count, -PAGE_BYTES);
        var latencies = new Latencies();
        for (var nanos : program.begin(command).join().split(" ", -1)) {
            latencies.record(Long.parseLong(nanos));
        }
        return latencies;
    }
}
