// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `state hash`
@Command(
        footer = {
            "",
            "Of all nodes that are ready, at one entry of the log, also while more is written.",
            "Exit code 11 when two differ, 10 when a node did not answer or they never were at one"
                    + " entry."
        })
public final class StateHash implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateHash(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(ApiPath.of("state", "hashes"));
            var nodes = reply.path("nodes");
            output.print(terminal, reply, () -> Cluster.hashes(nodes, output.hasHeaders()));
            return exitCode(reply);
        }
    }

    private int exitCode(JsonNode reply) {
        return switch (reply.path("verdict").asText()) {
            case "different" -> {
                terminal.say(
                        "replicas differ at the same index: this must never happen; keep all data directories");
                yield ExitCode.CORRUPT;
            }
            case "unknown" -> {
                terminal.say(
                        "the replicas could not be compared at one entry of the log; try again");
                yield ExitCode.PARTIAL;
            }
            default -> isWhole(reply) ? ExitCode.OK : ExitCode.PARTIAL;
        };
    }

    private static boolean isWhole(JsonNode reply) {
        for (var node : reply.path("nodes")) {
            if (node.has("problem")) {
                return false;
            }
        }
        return true;
    }
}
