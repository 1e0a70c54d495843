// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `op cancel`
@Command(
        footer = {
            "",
            "A process that moves goes on where it is. Exit code 5 when it has moved already."
        })
public final class OpCancel implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "ID", description = "the number of an operation")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public OpCancel(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var over = client.post(ApiPath.of("operations", id, "cancel"));
            output.print(terminal, over, () -> "");
            terminal.say(Operations.outcome(over));
        }
        return ExitCode.OK;
    }
}
