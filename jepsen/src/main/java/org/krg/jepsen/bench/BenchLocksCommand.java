// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.locks.LockBench;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bench locks`.
public final class BenchLocksCommand implements Subcommand {
    private static final int NODES = 3;

    @Override
    public String path() {
        return "bench locks";
    }

    @Override
    public String summary() {
        return "Measure locks, barriers and additions of a segment";
    }

    @Override
    public int run(List<String> arguments) {
        return BenchLine.run(new Verb(), arguments);
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
        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--calls",
                defaultValue = "200",
                description = "each program makes, 10 to 100000 (${DEFAULT-VALUE})")
        private int calls;

        @Mixin private final ReportOutput output = new ReportOutput();

        @Override
        public Integer call() {
            BenchLine.requireIn(Objects.requireNonNull(spec), "--calls", calls, 10, 100_000);
            return Interruptible.perform(this::measure);
        }

        private int measure() {
            try (var cluster = Cluster.up(NODES)) {
                var report = new LockBench(BenchLine.program("krg-sync"), cluster, calls).run();
                output.print(report.table(), report.json());
                return CommandLine.ExitCode.OK;
            }
        }
    }
}
