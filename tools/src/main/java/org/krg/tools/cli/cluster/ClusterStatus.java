// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cluster status`
@Command(
        footer = {
            "",
            "Tells what the asked agent knows, at once; exit code 8 if it sees no leader."
        })
public final class ClusterStatus implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public ClusterStatus(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var status = client.get(ApiPath.of("status"));
            output.print(terminal, status, () -> Cluster.status(status, output.hasHeaders()));
            if (status.path("ready").asBoolean()) {
                return ExitCode.OK;
            }
            terminal.say(
                    "the cluster has no leader or this node does not know it; changes are refused until it has");
            return ExitCode.NO_QUORUM;
        }
    }
}
