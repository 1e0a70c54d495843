// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node cert`
@Command(
        footer = {
            "",
            "The node makes a new key, has it signed, and uses both from then on; nothing is restarted and connections that are open stay. It does so by itself two months before its certificate ends.",
            "",
            "  krg-admin node cert renew n2"
        })
public final class NodeCert implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "renew", description = "what to do")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String act = "";

    @Parameters(index = "1", paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeCert(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!act.equals("renew")) {
            throw new VerbFailed(ExitCode.USAGE, "renew, not " + act, "");
        }
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("nodes", node, "certificate"));
            output.print(terminal, reply, () -> "");
            terminal.say(
                    "%s has another certificate, until %s"
                            .formatted(node, reply.path("ends").asText()));
        }
        return ExitCode.OK;
    }
}
