// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node transfer-leader`
@Command(
        footer = {
            "",
            "For maintenance of the leader's node: nothing is lost and writes wait for some milliseconds."
        })
public final class NodeTransferLeader implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "the voter that is to lead (default: whichever has the log)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeTransferLeader(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var body = Json.object();
            if (!node.isEmpty()) {
                body.put("node", node);
            }
            var reply = client.post(ApiPath.of("leader"), body);
            terminal.say(
                    reply.has("leader")
                            ? reply.path("leader").asText() + " leads"
                            : "the leader stepped down; krg-admin cluster status shows who leads");
        }
        return ExitCode.OK;
    }
}
