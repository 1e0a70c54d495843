// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.programs.ProgramBench;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bench programs`.
public final class BenchProgramsCommand implements Subcommand {
    private static final int MOST_NODES = 7;

    @Override
    public String path() {
        return "bench programs";
    }

    @Override
    public String summary() {
        return "Measure parallel programs beside threads";
    }

    @Override
    public int run(List<String> arguments) {
        return BenchLine.run(new Verb(), arguments);
    }

    @Command(
            name = "krg-admin bench programs",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster and has a matrix product, Jacobi's method, bodies that attract"
                        + " each other and a histogram computed by one process, by threads of one"
                        + " process, and by a process on each of so many nodes, on one segment. The"
                        + " checksums have to be the same. Nothing is left behind.",
                "All nodes share the processors of this machine, agents included."
            })
    private static final class Verb implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--nodes",
                split = ",",
                defaultValue = "1,2,4",
                description = "how many compute, each 1 to 7 (${DEFAULT-VALUE})")
        private List<Integer> nodes = List.of();

        @Option(
                names = "--runs",
                defaultValue = "3",
                description = "of each, the middle one counts; 1 to 99 (${DEFAULT-VALUE})")
        private int runs;

        @Option(names = "--small", description = "compute little, to see that all of it runs")
        private boolean small;

        @Mixin private final ReportOutput output = new ReportOutput();

        @Override
        public Integer call() {
            for (var count : nodes) {
                BenchLine.requireIn(
                        Objects.requireNonNull(spec), "each of --nodes", count, 1, MOST_NODES);
            }
            BenchLine.requireIn(Objects.requireNonNull(spec), "--runs", runs, 1, 99);
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            try (var cluster = Cluster.up(Collections.max(nodes))) {
                var program = BenchLine.program("parallel");
                var report = new ProgramBench(program, cluster, nodes, runs).run(small);
                output.print(report.table(), report.json());
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
