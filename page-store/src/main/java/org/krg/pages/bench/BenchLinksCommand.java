// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.krg.state.Subcommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench links`: the yardsticks of shared memory.
public final class BenchLinksCommand implements Subcommand {
    private static final int ECHO_ROUNDS = 20_000;
    private static final long STREAM_BYTES = 256 << 20;

    /// The middle one counts.
    private static final int STREAMS = 3;

    @Override
    public String path() {
        return "bench links";
    }

    @Override
    public String summary() {
        return "Measure what carries pages between nodes";
    }

    @Override
    public int run(List<String> arguments) {
        return new CommandLine(new Verb())
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("error: " + failure.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments.toArray(String[]::new));
    }

    enum Format {
        table,
        json
    }

    @Command(
            name = "krg-admin bench links",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description =
                    "Times a question of 64 bytes that 4 KiB answer, over two blocking sockets and"
                            + " over the links of pages, and a stream over two blocking sockets; all"
                            + " in one process, on loopback. Nothing is left behind.")
    private static final class Verb implements Callable<Integer> {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table or json; json is stable")
        private Format output = Format.table;

        @Override
        public Integer call() throws IOException {
            var echoes =
                    List.of(
                            Latencies.of(
                                    "echo of 4 KiB, two blocking sockets",
                                    Echo.measure(ECHO_ROUNDS)),
                            Latencies.of(
                                    "echo of 4 KiB, the links of pages",
                                    LinkEcho.measure(ECHO_ROUNDS)));
            var stream = stream() / 1e6;
            System.out.println(
                    switch (output) {
                        case table -> table(echoes, stream);
                        case json -> json(echoes, stream);
                    });
            return CommandLine.ExitCode.OK;
        }

        private static double stream() throws IOException {
            var streams = new double[STREAMS];
            for (var i = 0; i < STREAMS; i++) {
                streams[i] = Stream.measure(STREAM_BYTES);
            }
            Arrays.sort(streams);
            return streams[STREAMS / 2];
        }

        private static String table(List<Latencies> echoes, double stream) {
            var lines =
                    echoes.stream()
                            .map(it ->
                                    String.format(
                                            Locale.ROOT,
                                            "%-40s %9.1f %9.1f\n",
                                            it.what(),
                                            it.p50Micros(),
                                            it.p99Micros()))
                            .collect(Collectors.joining());
            return String.format(Locale.ROOT, "%-40s %9s %9s\n", "microseconds", "p50", "p99")
                    + lines
                    + String.format(
                            Locale.ROOT, "stream over two blocking sockets: %.1f MB/s", stream);
        }

        private static String json(List<Latencies> echoes, double stream) {
            var rows =
                    echoes.stream()
                            .map(it ->
                                    String.format(
                                            Locale.ROOT,
                                            "{\"what\":\"%s\",\"times\":%d,\"p50Micros\":%.1f,\"p99Micros\":%.1f}",
                                            it.what(),
                                            it.count(),
                                            it.p50Micros(),
                                            it.p99Micros()))
                            .collect(Collectors.joining(","));
            return String.format(
                    Locale.ROOT,
                    "{\"echoes\":[%s],\"streamMegabytesPerSecond\":%.1f}",
                    rows,
                    stream);
        }
    }
}
