// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node demote`
@Command(
        footer = {
            "",
            "The node keeps a copy of the state and votes no more. Refused where the quorum would be lost."
        })
public final class NodeDemote implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeDemote(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            client.post(ApiPath.of("nodes", node, "demote"));
            terminal.say(node + " votes no more; krg-admin cluster status shows the members");
        }
        return ExitCode.OK;
    }
}
