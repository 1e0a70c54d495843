// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `proc show`
@Command
public final class ProcShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "TARGET", description = "a job, JOB/RANK or the number of a process")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String target = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public ProcShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("processes", target)));
            output.print(terminal, reply, () -> Processes.sheet(reply, terminal.now()));
        }
        return ExitCode.OK;
    }
}
