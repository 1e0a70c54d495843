// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import org.krg.tools.render.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `proc migrate`
@Command(
        footer = {
            "",
            "What is in the way is told before anything is stopped, exit code 9. Ctrl-C stops watching, not the move."
        })
public final class ProcMigrate implements Callable<Integer> {
    /// Reading and comparing every library that a program uses.
    private static final Duration LOOKED_WITHIN = Duration.ofMinutes(1);

    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(
            names = "--to",
            paramLabel = "NODE",
            description = "where to (default: auto, the best other node)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String to = "auto";

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = {
                "warm: send memory ahead while it runs; stop-copy: do not; auto by size;",
                "post-copy: send it after, on a checkpoint, to which it goes back if a node is lost meanwhile"
            })
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String mode = "auto";

    @Option(names = "--dry-run", description = "only tell where it would go, or what is in the way")
    private boolean dryRun;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            description = "give it up after so long; the program then goes on here (default: 5m)")
    private @Nullable Duration deadline;

    @Option(names = "--no-wait", description = "begin it and return")
    private boolean noWait;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public ProcMigrate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("to", to).put("mode", mode).put("dryRun", dryRun);
        if (deadline != null) {
            body.put("limitSeconds", deadline.toMillis() / 1000.0);
        }
        try (var client = connection.open(terminal)) {
            JsonNode begun;
            try (var _ = Progress.of(terminal, "looking whether " + target + " can move")) {
                begun =
                        client.post(
                                ApiPath.of("processes", target, "migrations"), body, LOOKED_WITHIN);
            }
            if (dryRun) {
                output.print(terminal, begun, () -> "");
                terminal.say(wouldMove(begun));
                return ExitCode.OK;
            }
            var id = begun.path("id").asText();
            if (noWait) {
                output.print(terminal, begun, () -> "");
                terminal.say("operation " + id + " began; krg-admin op watch " + id);
                return ExitCode.OK;
            }
            var over = Watched.follow(client, terminal, id);
            output.print(terminal, over, () -> "");
            terminal.say(Operations.outcome(over));
            return Watched.exitCode(over);
        }
    }

    private static String wouldMove(JsonNode begun) {
        var bytes = Amounts.bytes(begun.path("residentBytes").asLong());
        return "%s would move from %s to %s, %s, %s"
                .formatted(
                        begun.path("target").asText(),
                        begun.path("node").asText(),
                        begun.path("to").asText(),
                        begun.path("mode").asText(),
                        begun.path("startsAgain").asBoolean()
                                ? "and be started again from what it saves itself, %s by now"
                                        .formatted(bytes)
                                : "with %s in memory".formatted(bytes));
    }
}
