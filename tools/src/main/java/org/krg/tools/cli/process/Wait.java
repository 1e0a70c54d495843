// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.Json;
import org.krg.tools.render.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wait`
@Command(
        footer = {
            "",
            "Ends with the program's exit code, 128+N if signal N ended it; of several targets, the first that",
            "is not 0; of a job of several ranks, that of the one whose failure ended the others."
        })
public final class Wait implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "TARGET",
            arity = "1..*",
            description = "a job, JOB/RANK or the number of a process")
    private final List<String> targets = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "how long to wait for all; then exit code 7")
    private @Nullable Duration timeout;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Wait(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var deadline = Deadline.in(timeout);
        var ended = new ArrayList<JsonNode>();
        var codes = new ArrayList<Integer>();
        try (var client = connection.open(terminal);
                var _ = Farewell.of(terminal, "no longer waiting; what was waited for goes on")) {
            for (var target : targets) {
                var all =
                        Ranks.await(
                                client,
                                Ranks.Group.of(client, target),
                                rank -> await(client, rank, deadline));
                ended.addAll(all.ranks());
                codes.add(all.code());
            }
        }
        var list = Json.object().put("apiVersion", "krg/v1");
        list.putArray("processes").addAll(ended);
        output.print(terminal, list, () -> "");
        return codes.stream().filter(code -> code != 0).findFirst().orElse(0);
    }

    private JsonNode await(ApiClient client, String target, Deadline deadline) {
        try (var _ = Progress.of(terminal, "waiting for " + target)) {
            var process =
                    Outcomes.await(client, target, deadline)
                            .orElseThrow(() ->
                                    new VerbFailed(
                                            ExitCode.TIMED_OUT,
                                            target + " has not ended yet and goes on",
                                            "krg-admin wait " + target + " waits again"));
            terminal.say(
                    process.path("target").asText(target) + " ended: " + Processes.ending(process));
            return process;
        }
    }
}
