// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Question;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node fence`
@Command(
        footer = {
            "",
            "For a node that is lost and hosts jobs with --on-partition continue. If something of it still runs, it runs twice."
        })
public final class NodeFence implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final Question question = new Question();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeFence(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        question.require(
                terminal,
                "what runs on "
                        + node
                        + " will be started elsewhere: you vouch that nothing of it runs there any more");
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("nodes", node, "fence"));
            output.print(terminal, reply, () -> "");
            terminal.say(node + " is fenced; krg-admin ps shows where its processes go on");
        }
        return ExitCode.OK;
    }
}
