// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.growth.Growth;
import org.krg.jepsen.bench.growth.GrowthSettings;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bench growth`.
public final class BenchGrowthCommand implements Subcommand {
    /// Names of keys have ten digits.
    private static final long MOST_KEYS = 1_000_000_000;

    private static final int MOST_VALUE = 1 << 13;

    @Override
    public String path() {
        return "bench growth";
    }

    @Override
    public String summary() {
        return "Measure how the state's cost grows with its keys";
    }

    @Override
    public int run(List<String> arguments) {
        return BenchLine.run(new Verb(), arguments);
    }

    @Command(
            name = "krg-admin bench growth",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "For each number of keys, starts three servers on this machine, makes the keys and"
                        + " measures: writes and reads, memory and disk, the start of a server with"
                        + " that state after a clean end and after SIGKILL, a snapshot, and the start"
                        + " of a server that has lost everything. Nothing is left behind.",
                "Ten million keys of 256 bytes need some 30 GiB of disk and 15 minutes."
            })
    private static final class Verb implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--keys",
                split = ",",
                paramLabel = "N",
                defaultValue = "10000,1000000",
                description = "how many, several with commas; default ${DEFAULT-VALUE}")
        private List<Long> keys = List.of();

        @Option(
                names = "--value-bytes",
                paramLabel = "N",
                description = "of each value; default ${DEFAULT-VALUE}")
        private int valueBytes = 256;

        @Option(
                names = "--seconds",
                paramLabel = "N",
                description = "of each workload; default ${DEFAULT-VALUE}")
        private int seconds = 5;

        @Option(
                names = "--warm-up",
                paramLabel = "SECONDS",
                description = "load before the first workload; default ${DEFAULT-VALUE}")
        private int warmUp = 30;

        @Mixin private final ReportOutput output = new ReportOutput();

        @Override
        public Integer call() {
            keys.forEach(each -> requireIn("--keys", each, 1, MOST_KEYS));
            requireIn("--value-bytes", valueBytes, 1, MOST_VALUE);
            requireIn("--seconds", seconds, 1, 3_600);
            requireIn("--warm-up", warmUp, 0, 3_600);
            var settings =
                    new GrowthSettings(
                            keys,
                            valueBytes,
                            Duration.ofSeconds(seconds),
                            Duration.ofSeconds(warmUp));
            return Interruptible.perform(() -> {
                var report = new Growth(settings, Terminal.ofProcess()).run();
                output.print(report.table(), report.tree());
                return CommandLine.ExitCode.OK;
            });
        }

        private void requireIn(String option, long value, long least, long most) {
            BenchLine.requireIn(Objects.requireNonNull(spec), option, value, least, most);
        }
    }
}
