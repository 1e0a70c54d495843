// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `policy show`
@Command(footer = {"", "Prints the file as it was stored."})
public final class PolicyShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "POLICY", description = "NAME for its newest version, or NAME@VERSION")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String policy = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("policies", policy)));
            output.print(terminal, reply, () -> reply.path("text").asText());
        }
        return ExitCode.OK;
    }
}
