// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.time.Instant;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.cluster.EveryNode;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Behind;
import org.krg.tools.render.StoredState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `state status`
@Command(
        footer = {
            "",
            "Of every node: its part, how far it is, what the state takes of its disk, and its alarms. Exit code 10 if a",
            "node does not answer."
        })
public final class StateStatus implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateStatus(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var nodes = EveryNode.ask(client, ApiPath.of("state", "status"));
            Behind.add(nodes);
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.putArray("nodes").addAll(nodes);
            output.print(
                    terminal,
                    reply,
                    () -> StoredState.status(nodes, Instant.now(), output.hasHeaders()));
            for (var node : nodes) {
                node.path("alarms")
                        .forEach(alarm ->
                                terminal.say(node.path("node").asText() + ": " + alarm.asText()));
            }
            return nodes.stream().allMatch(node -> node.has("problem"))
                    ? ExitCode.NO_QUORUM
                    : EveryNode.exitCode(nodes);
        }
    }
}
