// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `system doctor`
@Command(
        footer = {
            "",
            "What each node can host, save and bring back, what it cannot, and what would help. Where there is no cluster: what this machine lacks."
        })
public final class SystemDoctor implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SystemDoctor(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (var client = connection.open(terminal)) {
            return tell(EveryNode.ask(client, ApiPath.of("doctor")));
        } catch (ApiFailure silent) {
            if (connection.namesCluster(terminal)) {
                throw silent;
            }
            return tell(List.of(new ThisMachine(terminal).report()));
        }
    }

    private int tell(List<JsonNode> nodes) {
        var reply = Json.object().put("apiVersion", "krg/v1");
        reply.putArray("nodes").addAll(nodes);
        output.print(terminal, reply, () -> Cluster.doctor(nodes));
        return EveryNode.exitCode(nodes);
    }
}
