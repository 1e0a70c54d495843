// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.render.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `op watch`
@Command
public final class OpWatch implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "ID", description = "the number of an operation")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public OpWatch(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var over = Watched.follow(client, terminal, id);
            output.print(terminal, over, () -> "");
            terminal.say(Operations.outcome(over));
            return Watched.exitCode(over);
        }
    }
}
