// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench pages`: latencies of page faults, and what they are made of, in one run.
public final class BenchPagesCommand implements Subcommand {
    private static final int FAILED = 1;

    @Override
    public String path() {
        return "bench pages";
    }

    @Override
    public String summary() {
        return "Measure shared memory beside plain sockets";
    }

    @Override
    public int run(List<String> arguments) {
        return new CommandLine(new Verb())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("error: " + failure.getMessage());
                    return FAILED;
                })
                .execute(arguments.toArray(String[]::new));
    }

    enum Format {
        table,
        json
    }

    @Command(
            name = "krg-admin bench pages",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Runs two nodes in one process, their page links on loopback, and a program on each"
                        + " that touches one segment; times every touch in the program itself."
                        + " Nothing is left behind.",
                "The programs, both nodes and the measured sockets share the processors of this"
                        + " machine. No log is involved: homes are given at once."
            })
    private static final class Verb implements Callable<Integer> {
        @Option(
                names = "--pages",
                defaultValue = "2048",
                description =
                        "pages each kind of fault is timed on, 512 to 4096 (${DEFAULT-VALUE})")
        private int pages;

        @Option(
                names = {"-o", "--output"},
                defaultValue = "table",
                description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
        private Format output = Format.table;

        @Override
        public Integer call() throws IOException {
            if (pages < 512 || pages > 4_096) {
                System.err.println("error: --pages is 512 to 4096");
                return CommandLine.ExitCode.USAGE;
            }
            var program = Path.of(System.getProperty("krg.home"), "target", "native", "krg-touch");
            var report = Measurement.run(program, pages);
            System.out.println(output == Format.json ? report.json() : report.table());
            return CommandLine.ExitCode.OK;
        }
    }
}
