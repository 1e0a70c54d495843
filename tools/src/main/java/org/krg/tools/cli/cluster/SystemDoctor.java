// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `system doctor`
@Command(
        footer = {
            "",
            "What each node can host, save and bring back, what it cannot, and what would help."
        })
public final class SystemDoctor implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SystemDoctor(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var nodes = EveryNode.ask(client, ApiPath.of("doctor"));
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.putArray("nodes").addAll(nodes);
            output.print(terminal, reply, () -> Cluster.doctor(nodes));
            return EveryNode.exitCode(nodes);
        }
    }
}
