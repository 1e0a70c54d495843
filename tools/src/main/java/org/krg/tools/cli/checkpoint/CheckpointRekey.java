// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint rekey`
@Command(
        footer = {
            "",
            "Each node makes itself another key, encrypts with it what it keeps from now on, and writes what is there anew in the background; then the older key is gone from its file. Until then system doctor has a note. A copy of the file of keys that is kept elsewhere has to be made anew.",
            "",
            "  krg-admin checkpoint rekey          all nodes",
            "  krg-admin checkpoint rekey n2"
        })
public final class CheckpointRekey implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "NODE",
            arity = "0..*",
            description = "names of nodes (default: all that there are)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> nodes = new ArrayList<>();

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointRekey(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var wanted = nodes.isEmpty() ? all(client) : nodes;
            var reply = Json.object();
            var done = reply.putArray("rekeyed");
            var failed = reply.putArray("failed");
            for (var node : wanted) {
                try {
                    var answer = client.post(ApiPath.of("nodes", node, "checkpoint-key"));
                    var key = answer.path("key").asText();
                    done.addObject().put("node", node).put("key", key);
                } catch (ApiFailure failure) {
                    if (wanted.size() == 1) {
                        throw failure;
                    }
                    failed.addObject().put("node", node).put("problem", failure.getMessage());
                }
            }
            output.print(terminal, reply, () -> text(reply));
            return failed.isEmpty() ? ExitCode.OK : ExitCode.PARTIAL;
        }
    }

    private static List<String> all(ApiClient client) {
        var names = new ArrayList<String>();
        client.get(ApiPath.of("nodes"))
                .path("nodes")
                .forEach(node -> names.add(node.path("name").asText()));
        return names;
    }

    private static String text(JsonNode reply) {
        var text = new StringBuilder();
        reply.path("rekeyed")
                .forEach(it ->
                        text.append(
                                "%s has key %s; what it keeps is written anew%n"
                                        .formatted(
                                                it.path("node").asText(),
                                                it.path("key").asText())));
        reply.path("failed")
                .forEach(it ->
                        text.append(
                                "%s: %s%n"
                                        .formatted(
                                                it.path("node").asText(),
                                                it.path("problem").asText())));
        return text.toString();
    }
}
