// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `node demote`
@Command(
        footer = {
            "",
            "The nodes keep a copy of the state and vote no more; one that leads hands that over. Several",
            "are one change. Refused where the quorum would be lost. They get no vote back until",
            "`node promote`, but in the place of a dead voter where no other node is there."
        })
public final class NodeDemote implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "NODE",
            arity = "1..*",
            description = "voters that are to vote no more")
    private final List<String> nodes = new ArrayList<>();

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodeDemote(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            Voters.reassign(client, terminal, List.of(), nodes);
        }
        return ExitCode.OK;
    }
}
