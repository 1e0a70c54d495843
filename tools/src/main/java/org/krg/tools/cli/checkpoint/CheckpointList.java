// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Checkpoints;
import org.krg.tools.render.Intervals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint list`
@Command
public final class CheckpointList implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "TARGET",
            arity = "0..1",
            description = "a job, JOB/RANK or the number of a process (default: all)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = ApiPath.of("checkpoints");
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(target.isEmpty() ? path : path.with("target", target)));
            output.print(
                    terminal,
                    reply,
                    () ->
                            Checkpoints.table(
                                    reply.path("checkpoints"),
                                    terminal.now(),
                                    output.hasHeaders()));
            if (!target.isEmpty()) {
                terminal.say("checkpoints are taken " + Intervals.text(reply.path("interval")));
                terminal.say(Checkpoints.use(reply));
            }
        }
        return ExitCode.OK;
    }
}
