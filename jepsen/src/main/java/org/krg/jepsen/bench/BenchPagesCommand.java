// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.pages.PageBench;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bench pages`.
public final class BenchPagesCommand implements Subcommand {
    @Override
    public String path() {
        return "bench pages";
    }

    @Override
    public String summary() {
        return "Measure shared memory in each mode beside plain sockets";
    }

    @Override
    public int run(List<String> arguments) {
        return BenchLine.run(new Verb(), arguments);
    }

    @Command(
            name = "krg-admin bench pages",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster and a program on each node, which touch the pages of a segment"
                        + " of each mode and time every touch themselves. Before that the floor:"
                        + " the same programs, two of them, in memory that a bare page fault"
                        + " handler in C serves over one connection. Then what the log took for"
                        + " owners of pages, beside the bytes of the pages. Nothing is left behind.",
                "All nodes and programs share the processors and the disk of this machine. In sync a"
                        + " page waits for an agreement of the nodes: some minutes with many pages."
            })
    private static final class Verb implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--nodes",
                paramLabel = "N",
                description = "of the cluster, 2 to 7; default ${DEFAULT-VALUE}")
        private int nodes = 3;

        @Option(
                names = "--pages",
                paramLabel = "N",
                description =
                        "each kind of touch is timed on, 16 to 4096; default ${DEFAULT-VALUE}")
        private int pages = 512;

        @Mixin private final ReportOutput output = new ReportOutput();

        @Override
        public Integer call() {
            var line = Objects.requireNonNull(spec);
            BenchLine.requireIn(line, "--nodes", nodes, 2, 7);
            BenchLine.requireIn(line, "--pages", pages, 16, 4_096);
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            var talk = new Talk(System.err::println);
            try (var cluster = Cluster.up(nodes)) {
                var report =
                        new PageBench(BenchLine.program("krg-touch"), cluster, pages, talk::say)
                                .run();
                output.print(report.table(), report.json());
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
