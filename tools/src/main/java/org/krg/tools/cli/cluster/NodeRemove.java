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

/// `node remove`
@Command(
        footer = {
            "",
            "Only a lost node that hosts nothing can be removed, or one that joined and never started. Its certificates are void from then on. If it is interrupted, do it again."
        })
public final class NodeRemove implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeRemove(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            client.delete(ApiPath.of("nodes", node), Voters.CHANGED_WITHIN);
            terminal.say(node + " is forgotten; krg-admin node list shows the others");
        }
        return ExitCode.OK;
    }
}
