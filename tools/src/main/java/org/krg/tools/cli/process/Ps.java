// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import picocli.CommandLine.Option;

/// `ps`
@Command
public final class Ps implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = {"-a", "--all"},
            description = "also processes that have ended")
    private boolean all;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Ps(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("processes")));
            if (!all && reply.path("processes") instanceof ArrayNode list) {
                list.removeIf(Ps::hasEnded);
            }
            output.print(
                    terminal,
                    reply,
                    () ->
                            Processes.table(
                                    reply.path("processes"), terminal.now(), output.hasHeaders()));
        }
        return ExitCode.OK;
    }

    private static boolean hasEnded(JsonNode process) {
        return process.path("phase").asText().equals("ended");
    }
}
