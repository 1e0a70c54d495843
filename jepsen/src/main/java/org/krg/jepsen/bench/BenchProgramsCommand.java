// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.jepsen.bench.programs.ProgramBench;
import org.krg.jepsen.bench.programs.ProgramReport;
import org.krg.jepsen.bench.report.Markdown;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.render.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench programs`.
public final class BenchProgramsCommand implements Subcommand {
    private static final int MOST_NODES = 7;

    @Override
    public String path() {
        return "bench programs";
    }

    @Override
    public String summary() {
        return "Measure parallel programs on shared memory beside threads";
    }

    @Override
    public int run(List<String> arguments) {
        var line = new CommandLine(new Verb());
        line.setExecutionExceptionHandler((failure, _, _) -> {
            System.err.println("error: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line.execute(arguments.toArray(String[]::new));
    }

    enum Format {
        table,
        json,
        markdown
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

        @Option(
                names = {"-o", "--output"},
                defaultValue = "table",
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
        private Format output = Format.table;

        @Override
        public Integer call() {
            if (nodes.stream().anyMatch(count -> count < 1 || count > MOST_NODES)) {
                System.err.println("error: --nodes are counts of 1 to 7, not " + nodes);
                return CommandLine.ExitCode.USAGE;
            }
            if (runs < 1 || runs > 99) {
                System.err.println("error: --runs is 1 to 99, not " + runs);
                return CommandLine.ExitCode.USAGE;
            }
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            try (var cluster = Cluster.up(Collections.max(nodes))) {
                var program =
                        Path.of(System.getProperty("krg.home"), "target", "native", "parallel");
                print(new ProgramBench(program, cluster, nodes, runs).run(small));
                return CommandLine.ExitCode.OK;
            }
        }

        private void print(ProgramReport report) {
            System.out.print(
                    switch (output) {
                        case table -> report.table();
                        case json -> Trees.json(report.json());
                        case markdown -> Markdown.of(report.table());
                    });
            System.out.flush();
        }
    }
}
