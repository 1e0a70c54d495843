// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `state hash`
@Command(
        footer = {
            "",
            "Of every node. Two nodes at the same index have the same digest, or exit code 11."
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
            var nodes = EveryNode.ask(client, ApiPath.of("state", "hash"));
            var reply = Json.object().put("apiVersion", "krg/v1");
            reply.putArray("nodes").addAll(nodes);
            output.print(terminal, reply, () -> Cluster.hashes(nodes, output.hasHeaders()));
            return verdict(nodes);
        }
    }

    private int verdict(List<JsonNode> nodes) {
        if (differ(nodes)) {
            terminal.say(
                    "replicas differ at the same index: this must never happen; keep all data directories");
            return ExitCode.CORRUPT;
        }
        return EveryNode.exitCode(nodes);
    }

    private static boolean differ(List<JsonNode> nodes) {
        var digests = new TreeMap<Long, String>();
        for (var node : nodes) {
            var digest = node.path("digest").asText();
            var known = digests.putIfAbsent(node.path("appliedIndex").asLong(-1), digest);
            if (node.has("digest") && known != null && !known.equals(digest)) {
                return true;
            }
        }
        return false;
    }
}
