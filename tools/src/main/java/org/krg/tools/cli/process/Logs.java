// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `logs`
@Command(
        footer = {
            "",
            "Each byte once, across restarts from checkpoints, which standard error tells of."
        })
public final class Logs implements Callable<Integer> {
    enum Stream {
        stdout,
        stderr,
        both
    }

    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Option(
            names = {"-f", "--follow"},
            description = "go on until the process has ended")
    private boolean follow;

    @Option(
            names = "--stream",
            paramLabel = "STREAM",
            description = "stdout, stderr or both; both by default, each to where it belongs")
    private Stream stream = Stream.both;

    @Option(names = "--offset", paramLabel = "BYTES", description = "leave the first bytes out")
    private long offset;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Logs(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var streams =
                switch (stream) {
                    case stdout -> List.of("stdout");
                    case stderr -> List.of("stderr");
                    case both -> List.of("stdout", "stderr");
                };
        var wish = new Outputs.Wish(target, streams, offset, follow);
        var farewell = target + " goes on; krg-admin logs -f " + target + " shows its output again";
        try (var client = connection.open(terminal);
                var _ = Farewell.of(terminal, follow ? farewell : "");
                var outputs = Outputs.copy(terminal, client, wish, output)) {
            return outputs.join() ? ExitCode.OK : ExitCode.PARTIAL;
        }
    }
}
