// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.jepsen.bench.owners.OwnerBench;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.render.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench owners`.
public final class BenchOwnersCommand implements Subcommand {
    private static final int NODES = 3;

    @Override
    public String path() {
        return "bench owners";
    }

    @Override
    public String summary() {
        return "Measure what owners of pages in the log cost";
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
            name = "krg-admin bench owners",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster of three nodes and programs on two of them, which write the"
                        + " pages of a segment of each mode and take them from each other; they"
                        + " time each touch themselves. Then what the records of it took of the"
                        + " log, beside the bytes of the pages. Nothing is left behind.",
                "All nodes share the processors and the disk of this machine."
            })
    private static final class Verb implements Callable<Integer> {
        @Option(
                names = "--pages",
                defaultValue = "512",
                description = "each kind of touch is timed on, 16 to 4096 (${DEFAULT-VALUE})")
        private int pages;

        @Option(
                names = {"-o", "--output"},
                defaultValue = "table",
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
        private Format output = Format.table;

        @Override
        public Integer call() {
            if (pages < 16 || pages > 4_096) {
                System.err.println("error: --pages is 16 to 4096, not " + pages);
                return CommandLine.ExitCode.USAGE;
            }
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            try (var cluster = Cluster.up(NODES)) {
                var program =
                        Path.of(System.getProperty("krg.home"), "target", "native", "krg-touch");
                var report = new OwnerBench(program, cluster, pages).run();
                System.out.print(
                        output == Format.json ? Trees.json(report.json()) : report.table());
                System.out.flush();
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
