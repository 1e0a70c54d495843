// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Nodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node show`
@Command
public final class NodeShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("nodes", node)));
            output.print(terminal, reply, () -> Nodes.sheet(reply));
        }
        return ExitCode.OK;
    }
}
