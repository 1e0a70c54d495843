// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint freeze` and `checkpoint unfreeze`
@Command(
        description =
                "What is frozen uses no processor, keeps its memory, is not moved, and stands still also where it"
                        + " comes back after the loss of its node, until checkpoint unfreeze. All ranks of a job go"
                        + " together.")
public final class CheckpointFreeze implements Callable<Integer> {
    /// Longer than the agent waits.
    private static final Duration DONE_WITHIN = Duration.ofMinutes(1);

    private final Terminal terminal;
    private final boolean frozen;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    /// @param frozen whether it is to stand still, or to go on
    public CheckpointFreeze(Terminal terminal, boolean frozen) {
        this.terminal = terminal;
        this.frozen = frozen;
    }

    @Override
    public Integer call() {
        var path = ApiPath.of("processes", target, frozen ? "freeze" : "unfreeze");
        try (var client = connection.open(terminal)) {
            var process = client.post(path, Json.object(), DONE_WITHIN);
            output.print(
                    terminal,
                    process,
                    () -> Processes.table(List.of(process), terminal.now(), output.hasHeaders()));
            var runs = process.path("phase").asText().equals("running");
            if (runs && process.path("stands").asBoolean() != frozen) {
                throw new VerbFailed(
                        ExitCode.TIMED_OUT,
                        target + (frozen ? " does not stand still yet" : " does not go on yet"),
                        "it is agreed and comes once its checkpoint is done or its node is back in touch;"
                                + " krg-admin ps shows it");
            }
            terminal.say(
                    frozen
                            ? target
                                    + " stands still; krg-admin checkpoint unfreeze "
                                    + target
                                    + " lets it go on"
                            : target + " goes on");
        }
        return ExitCode.OK;
    }
}
