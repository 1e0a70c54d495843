// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Operations;
import org.krg.tools.render.Printable;

/// Follows an operation to its end.
final class Watched {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private Watched() {}

    /// {@return the operation once it is over} Tells on standard error what goes on: on a terminal
    /// in place, elsewhere a line a step.
    static JsonNode follow(ApiClient client, Terminal terminal, String id) {
        var live = terminal.errIsTerminal();
        var last = "";
        try (var _ =
                Farewell.of(
                        terminal,
                        "no longer watching: operation %s goes on; krg-admin op watch %s, or op cancel %s"
                                .formatted(id, id, id))) {
            while (true) {
                var operation = client.get(ApiPath.of("operations", id));
                if (!operation.path("active").asBoolean()) {
                    if (live) {
                        terminal.err().print(CLEAR_LINE);
                        terminal.err().flush();
                    }
                    return operation;
                }
                var text = Operations.progress(operation);
                var step = operation.path("step").asText();
                if (live) {
                    terminal.err()
                            .print(CLEAR_LINE + "operation " + id + ": " + Printable.line(text));
                    terminal.err().flush();
                } else if (!step.equals(last)) {
                    terminal.say("operation " + id + ": " + text);
                }
                last = step;
                // Returns at once when it is over.
                var _ = client.get(ApiPath.of("operations", id, "wait").with("timeoutSeconds", 1));
            }
        }
    }

    /// {@return the exit code that an operation's end stands for}
    static int exitCode(JsonNode operation) {
        return operation.path("step").asText().equals("moved") ? ExitCode.OK : ExitCode.FAILED;
    }
}
