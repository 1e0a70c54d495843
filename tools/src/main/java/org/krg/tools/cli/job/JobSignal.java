// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.job;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `job signal`
@Command
public final class JobSignal implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "JOB", description = "name or number of the job")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String job = "";

    @Parameters(paramLabel = "SIGNAL", description = "name or number: TERM, SIGUSR1, 15")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String signal = "";

    @Option(names = "--all", description = "every process of its tree, not only the first")
    private boolean all;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public JobSignal(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("signal", signal).put("all", all);
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("jobs", job, "signal"), body);
            output.print(terminal, reply, () -> "");
            int count = reply.path("processes").size();
            terminal.say(
                    "sent to %d %s of %s; krg-admin logs %s shows what it says to that"
                            .formatted(count, count == 1 ? "process" : "processes", job, job));
        }
        return ExitCode.OK;
    }
}
