// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.DurationText;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cluster token`
@Command(
        footer = {
            "",
            "Whoever has a token may join one node, once, until it expires. It is shown only when it"
                    + " is made."
        })
public final class ClusterToken implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "create|list|revoke", description = "what to do")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String action = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ID",
            description = "the token to revoke, as `list` shows it")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Option(
            names = "--life",
            paramLabel = "DURATION",
            description = "how long a new one may be used, at most 7d (default: 1h)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String life = "1h";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public ClusterToken(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            switch (action) {
                case "create" -> create(client);
                case "list" -> list(client);
                case "revoke" -> revoke(client);
                default ->
                        throw new VerbFailed(
                                ExitCode.USAGE, "create, list or revoke, not " + action, "");
            }
        }
        return ExitCode.OK;
    }

    private void create(ApiClient client) {
        var seconds = DurationText.parse(life).toMillis() / 1000.0;
        var body = JsonNodeFactory.instance.objectNode().put("lifeSeconds", seconds);
        var reply = client.post(ApiPath.of("tokens"), body);
        output.print(terminal, reply, () -> reply.path("token").asText() + "\n");
    }

    private void list(ApiClient client) {
        var reply = client.get(ApiPath.of("tokens"));
        output.print(terminal, reply, () -> lines(reply.path("tokens")));
    }

    private static String lines(JsonNode tokens) {
        var text = new StringBuilder();
        tokens.forEach(token ->
                text.append(token.path("id").asText())
                        .append("  until ")
                        .append(token.path("expires").asText())
                        .append('\n'));
        return text.toString();
    }

    private void revoke(ApiClient client) {
        if (id.isEmpty()) {
            throw new VerbFailed(
                    ExitCode.USAGE, "no token is named", "`cluster token list` shows their ids");
        }
        client.delete(ApiPath.of("tokens", id));
        terminal.say("token " + id + " lets nobody in any more");
    }
}
