// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `op list`
@Command
public final class OpList implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = {"-a", "--all"},
            description = "also those that are over")
    private boolean all;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public OpList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("operations")));
            if (!all && reply.path("operations") instanceof ArrayNode list) {
                list.removeIf(operation -> !operation.path("active").asBoolean());
            }
            output.print(
                    terminal,
                    reply,
                    () ->
                            Operations.table(
                                    reply.path("operations"), terminal.now(), output.hasHeaders()));
        }
        return ExitCode.OK;
    }
}
