// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint create`
@Command
public final class CheckpointCreate implements Callable<Integer> {
    /// Many GiB to two disks.
    private static final Duration TAKEN_WITHIN = Duration.ofMinutes(30);

    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(names = "--pin", description = "keep it until it is removed by hand")
    private boolean pin;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointCreate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("pinned", pin);
        try (var client = connection.open(terminal);
                var _ =
                        Farewell.of(
                                terminal,
                                "the checkpoint of "
                                        + target
                                        + " goes on; krg-admin checkpoint list "
                                        + target
                                        + " shows it");
                var _ = Progress.of(terminal, "taking a checkpoint of " + target)) {
            var taken =
                    client.post(ApiPath.of("processes", target, "checkpoints"), body, TAKEN_WITHIN);
            var id = taken.path("id").asText();
            output.print(
                    terminal,
                    taken,
                    () -> Checkpoints.table(List.of(taken), terminal.now(), output.hasHeaders()));
            terminal.say(
                    target
                            + " goes on; krg-admin checkpoint restore "
                            + id
                            + " brings it back to this point");
        }
        return ExitCode.OK;
    }
}
