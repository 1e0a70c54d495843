// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `job stop`
@Command
public final class JobStop implements Callable<Integer> {
    /// From the kill to the record of it: the lease of a node that is lost meanwhile has to run
    /// out.
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Terminal terminal;

    @Parameters(paramLabel = "JOB", description = "name or number of the job")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String job = "";

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            description = "what it is told first (default: TERM)")
    private String signal = "TERM";

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            description = "how long it may take before it is killed (default: 10s)")
    private Duration grace = Duration.ofSeconds(10);

    @Option(names = "--detach", description = "do not wait for its end")
    private boolean detach;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public JobStop(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var body = Json.object().put("signal", signal).put("graceSeconds", seconds(grace));
        try (var client = connection.open(terminal)) {
            var ordered = client.post(ApiPath.of("jobs", job, "stop"), body);
            var stopped = detach ? ordered : await(client, ordered);
            output.print(terminal, stopped, () -> "");
            terminal.say(
                    detach
                            ? job + " is told to end; krg-admin wait " + job + " waits for it"
                            : job + " ended; krg-admin logs " + job + " shows its output");
        }
        return ExitCode.OK;
    }

    private JsonNode await(ApiClient client, JsonNode ordered) throws InterruptedException {
        var path = ApiPath.of("jobs", ordered.path("id").asText());
        var deadline = Deadline.in(grace.plus(KILLED_WITHIN));
        try (var _ = Progress.of(terminal, "waiting for the end of " + job);
                var _ = Farewell.of(terminal, job + " is being stopped nevertheless")) {
            for (var present = ordered; ; present = client.get(path)) {
                if (present.path("state").asText().equals("ended")) {
                    return present;
                }
                if (deadline.isOver()) {
                    throw new VerbFailed(
                            ExitCode.TIMED_OUT,
                            job + " is told to end and has not ended yet",
                            "krg-admin job explain " + job + " tells what it waits for");
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    private static BigDecimal seconds(Duration length) {
        return BigDecimal.valueOf(length.toMillis(), 3);
    }
}
