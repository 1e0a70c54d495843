// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.krg.jepsen.cluster.Cluster;

/// Each program by one process, by threads of one process, and by a process on each of so many
/// nodes; in turns, so that what else the machine does falls on all alike.
public final class ProgramBench {
    private static final String SEGMENT = "bench-programs";

    private final Path program;
    private final Cluster cluster;
    private final List<Integer> nodes;
    private final int runs;

    /// @param program `parallel`
    /// @param nodes how many, of which the cluster has enough
    /// @param runs of each; what counts is the middle one
    public ProgramBench(Path program, Cluster cluster, List<Integer> nodes, int runs) {
        this.program = program;
        this.cluster = cluster;
        this.nodes = List.copyOf(nodes);
        this.runs = runs;
    }

    /// Does everything once.
    ///
    /// @param small whether only to see that all of it runs
    public ProgramReport run(boolean small) {
        var report = new ProgramReport(nodes);
        cluster.run("segment", "create", SEGMENT, "--size", "256M").require(0);
        for (var work : small ? Work.SMALL : Work.ALL) {
            report.add(work.name(), row(work));
        }
        cluster.run("segment", "destroy", SEGMENT).require(0);
        return report;
    }

    private ProgramReport.Row row(Work work) {
        var forms = new ArrayList<Supplier<Computed>>();
        forms.add(() -> Crew.threads(program, work, 1));
        for (var count : nodes) {
            forms.add(() -> Crew.threads(program, work, count));
        }
        for (var count : nodes) {
            var sockets =
                    cluster.nodes().subList(0, count).stream()
                            .map(node -> cluster.data(node).resolve("pages.sock"))
                            .toList();
            forms.add(() -> Crew.ranks(program, work, SEGMENT, sockets));
        }
        var seconds = measure(work, forms);
        return new ProgramReport.Row(
                seconds.getFirst(),
                seconds.subList(1, 1 + nodes.size()),
                seconds.subList(1 + nodes.size(), seconds.size()));
    }

    private List<Double> measure(Work work, List<Supplier<Computed>> forms) {
        var times = forms.stream().map(_ -> new ArrayList<Double>()).toList();
        String checksum = null;
        for (var run = 0; run < runs; run++) {
            for (var form = 0; form < forms.size(); form++) {
                var computed = forms.get(form).get();
                if (checksum != null && !checksum.equals(computed.checksum())) {
                    throw new ProgramFailed(
                            "%s computes %s here and %s there"
                                    .formatted(work.name(), checksum, computed.checksum()));
                }
                checksum = computed.checksum();
                times.get(form).add(computed.seconds());
            }
        }
        return times.stream().map(ProgramBench::middle).toList();
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
