// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.krg.jepsen.bench.hosting.RunBench;
import org.krg.jepsen.bench.hosting.RunBench.Extent;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `bench run`.
public final class BenchRunCommand implements Subcommand {
    private static final int NODES = 3;

    @Override
    public String path() {
        return "bench run";
    }

    @Override
    public String summary() {
        return "Measure a job from submission to end beside runc";
    }

    @Override
    public int run(List<String> arguments) {
        return BenchLine.run(new Verb(), arguments);
    }

    @Command(
            name = "krg-admin bench run",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster of three nodes. A program that does nothing is submitted as a"
                        + " job, from the submission until the cluster has agreed that it is over,"
                        + " beside `runc run` of the same program and one commit of the cluster's"
                        + " log; one that computes on one processor runs as a job and by itself. All"
                        + " in turn. Nothing is left behind.",
                "All nodes share the processors and the disk of this machine."
            })
    private static final class Verb implements Callable<Integer> {
        @Option(names = "--small", description = "run each a few times, to see that all of it runs")
        private boolean small;

        @Mixin private final ReportOutput output = new ReportOutput();

        @Override
        public Integer call() {
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            var talk = new Talk(System.err::println);
            try (var cluster = Cluster.up(NODES)) {
                var bench = new RunBench(BenchLine.program("parallel"), cluster, talk::say);
                var report = bench.run(small ? Extent.SMALL : Extent.USUAL);
                output.print(report.table(), report.json());
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
