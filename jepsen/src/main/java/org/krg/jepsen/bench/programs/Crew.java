// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.cluster.CampaignFailed;

/// Processes that compute together.
public final class Crew implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path program;
    private final List<Process> processes = new ArrayList<>();

    private Crew(Path program) {
        this.program = program;
    }

    /// Has threads of one process compute, on memory of their own.
    ///
    /// @param program `parallel`
    public static Computed threads(Path program, Work work, int threads) {
        try (var crew = new Crew(program)) {
            var command = new ArrayList<>(work.arguments("-"));
            command.addAll(List.of("--threads", Integer.toString(threads)));
            crew.start(new ProcessBuilder(crew.command(command)));
            return crew.result();
        }
    }

    /// Has a process for each agent compute, on memory that they share.
    ///
    /// @param program `parallel`
    /// @param sockets of the agents
    static Computed ranks(Path program, Work work, String segment, List<Path> sockets) {
        try (var crew = new Crew(program)) {
            for (var rank = 0; rank < sockets.size(); rank++) {
                var builder = new ProcessBuilder(crew.command(work.arguments(segment)));
                var environment = builder.environment();
                environment.put("KRG_PAGES_SOCKET", sockets.get(rank).toString());
                environment.put("KRG_RANK", Integer.toString(rank));
                environment.put("KRG_RANKS", Integer.toString(sockets.size()));
                crew.start(builder);
            }
            return crew.result();
        }
    }

    private List<String> command(List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    private void start(ProcessBuilder builder) {
        try {
            processes.add(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The first prints it; all have to end well.
    private Computed result() {
        try (var output = processes.getFirst().inputReader(StandardCharsets.US_ASCII)) {
            var line = line(output);
            for (var process : processes) {
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new ProgramFailed("%s does not end for %s".formatted(program, LIMIT));
                }
                if (process.exitValue() != 0) {
                    throw new ProgramFailed(
                            "%s ends with %d".formatted(program, process.exitValue()));
                }
            }
            return Computed.of(line);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            throw new CampaignFailed("interrupted", stop);
        }
    }

    private String line(BufferedReader output) throws IOException {
        var line = output.readLine();
        if (line == null) {
            throw new ProgramFailed(program + " printed nothing");
        }
        return line;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
