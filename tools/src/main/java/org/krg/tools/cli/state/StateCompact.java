// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `state compact`
@Command(
        footer = {
            "",
            "What was replaced or deleted before REVISION can be neither read nor watched afterwards. Old versions beyond the number that is kept go by themselves."
        })
public final class StateCompact implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "REVISION", description = "the first that can still be read")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private long revision = 0;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateCompact(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply =
                    client.post(
                            ApiPath.of("keys", "compact"), Json.object().put("revision", revision));
            output.print(terminal, reply, () -> "");
            terminal.say("versions before revision " + revision + " are gone");
        }
        return ExitCode.OK;
    }
}
