// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Trees;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `state txn`
@Command(
        footer = {
            "",
            "If every comparison of `when` holds, `then` is done, else `otherwise`, all at one revision. Prints the results as JSON. Exit code 5 if `otherwise` was done.",
            "",
            "  {\"when\":      [{\"key\": \"stock\", \"is\": \"greater\", \"value\": \"0\"}, {\"key\": \"order/7\", \"created\": 0}],",
            "   \"then\":      [{\"put\": {\"key\": \"order/7\", \"value\": \"apples\"}}, {\"delete\": {\"prefix\": \"cart/7/\"}}],",
            "   \"otherwise\": [{\"range\": {\"key\": \"stock\"}}]}",
            "",
            "A comparison has a key (or prefix, or from and to) and one of version, created, modified, lease, value; `is` is equal, not-equal, greater or less. Bytes that are not text stand in keyBase64 and valueBase64.",
            "",
            "  krg-admin state txn order.json",
            "  generate | krg-admin state txn -"
        })
public final class StateTxn implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "a transaction in JSON; - for standard input")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String file = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateTxn(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = body();
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("keys", "transaction"), body);
            terminal.out().print(Trees.json(reply));
            if (reply.path("succeeded").asBoolean()) {
                return ExitCode.OK;
            }
            terminal.say("a comparison did not hold: `otherwise` was done");
            return ExitCode.CONFLICT;
        }
    }

    private ObjectNode body() {
        try {
            var bytes =
                    file.equals("-")
                            ? terminal.in().readAllBytes()
                            : Files.readAllBytes(Path.of(file));
            if (Json.parse(bytes) instanceof ObjectNode object) {
                return object;
            }
            throw new VerbFailed(
                    ExitCode.USAGE,
                    file + " is not a JSON object",
                    "see krg-admin state txn --help");
        } catch (JsonProcessingException malformed) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "%s is not JSON: %s".formatted(file, malformed.getOriginalMessage()),
                    "see krg-admin state txn --help");
        } catch (IOException unreadable) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND, "cannot read " + file + ": " + unreadable.getMessage(), "");
        }
    }
}
