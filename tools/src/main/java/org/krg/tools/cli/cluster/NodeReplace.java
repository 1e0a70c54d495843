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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `node replace`
@Command(
        footer = {
            "",
            "A voter that is dead for good leaves, and a node that has the log takes its vote, in one step.",
            "krg does this by itself after a minute (quorum.replace-after) if there is a node for it."
        })
public final class NodeReplace implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", description = "name of the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Option(
            names = "--with",
            paramLabel = "NODE",
            required = true,
            description = "the listener that takes its vote")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String by = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeReplace(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            client.post(
                    ApiPath.of("nodes", node, "replace"),
                    Json.object().put("with", by),
                    Voters.CHANGED_WITHIN);
            terminal.say(by + " votes in the place of " + node);
        }
        return ExitCode.OK;
    }
}
