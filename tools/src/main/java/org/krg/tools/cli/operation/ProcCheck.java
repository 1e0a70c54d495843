// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `proc check`
@Command(footer = {"", "Exit code 9 when something is in the way. Nothing is stopped."})
public final class ProcCheck implements Callable<Integer> {
    private static final Duration LOOKED_WITHIN = Duration.ofMinutes(1);

    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(
            names = "--to",
            paramLabel = "NODE",
            description = "also whether it could go to that node")
    private @Nullable String to;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public ProcCheck(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = ApiPath.of("processes", target, "check");
        try (var client = connection.open(terminal)) {
            var found = client.get(to == null ? path : path.with("to", to), LOOKED_WITHIN);
            var obstacles = found.path("obstacles");
            output.print(
                    terminal,
                    found,
                    () ->
                            obstacles.isEmpty()
                                    ? ""
                                    : Operations.obstacles(obstacles, output.hasHeaders()));
            if (!obstacles.isEmpty()) {
                return ExitCode.NOT_CHECKPOINTABLE;
            }
            var again =
                    found.path("startsAgain").asBoolean()
                            ? "; it is started again from what it saves itself"
                            : "";
            terminal.say(
                    (to == null
                                    ? "nothing keeps " + target + " from being saved"
                                    : "nothing keeps " + target + " from going to " + to)
                            + again);
        }
        return ExitCode.OK;
    }
}
