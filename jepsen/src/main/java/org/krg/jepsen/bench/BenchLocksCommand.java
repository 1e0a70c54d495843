// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.jepsen.bench.locks.LockBench;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.render.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench locks`.
public final class BenchLocksCommand implements Subcommand {
    private static final int NODES = 3;

    @Override
    public String path() {
        return "bench locks";
    }

    @Override
    public String summary() {
        return "Measure locks, barriers and atomic additions of a segment";
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
        json
    }

    @Command(
            name = "krg-admin bench locks",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster of three nodes and programs on them that synchronise by one"
                        + " segment; the programs time each call themselves. Then the same with the"
                        + " threads library in memory that the programs of one node share: the"
                        + " floor. Nothing is left behind.",
                "All nodes share the processors and the disk of this machine."
            })
    private static final class Verb implements Callable<Integer> {
        @Option(
                names = "--calls",
                defaultValue = "200",
                description = "each program makes, 10 to 100000 (${DEFAULT-VALUE})")
        private int calls;

        @Option(
                names = {"-o", "--output"},
                defaultValue = "table",
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
        private Format output = Format.table;

        @Override
        public Integer call() {
            if (calls < 10 || calls > 100_000) {
                System.err.println("error: --calls is 10 to 100000, not " + calls);
                return CommandLine.ExitCode.USAGE;
            }
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            try (var cluster = Cluster.up(NODES)) {
                var program =
                        Path.of(System.getProperty("krg.home"), "target", "native", "krg-sync");
                var report = new LockBench(program, cluster, calls).run();
                System.out.print(
                        output == Format.json ? Trees.json(report.json()) : report.table());
                System.out.flush();
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
