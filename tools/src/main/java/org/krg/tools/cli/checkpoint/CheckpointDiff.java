// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint diff`
@Command(
        description =
                "Which images and files differ, and how many of their chunks of 4 KiB the first does not"
                        + " have: in the image of the memory, each is a page.")
public final class CheckpointDiff implements Callable<Integer> {
    private static final Duration WITHIN = Duration.ofMinutes(5);

    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "FROM",
            description = "PROCESS.NUMBER, as checkpoint list shows it")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String from = "";

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "another checkpoint of the same process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String to = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointDiff(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var path = ApiPath.of("checkpoints", from, "diff").with("to", to);
            var diff = client.get(path, WITHIN);
            output.print(terminal, diff, () -> Checkpoints.diff(diff, output.hasHeaders()));
        }
        return ExitCode.OK;
    }
}
