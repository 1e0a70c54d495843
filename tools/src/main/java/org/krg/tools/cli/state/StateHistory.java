// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `state history`
@Command(
        footer = {
            "",
            "Shows the versions that are still kept, oldest first. Exit code 3 if there are none.",
            "",
            "  krg-admin state history app/colour"
        })
public final class StateHistory implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "KEY", description = "the key")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String key = "";

    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateHistory(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(text.with(ApiPath.of("keys", "history"), "key", key));
            if (reply.path("changes").isEmpty()) {
                throw new VerbFailed(
                        ExitCode.NOT_FOUND,
                        "nothing is kept of a key " + key,
                        "krg-admin state range \"\" lists the keys");
            }
            output.print(terminal, reply, () -> table(reply.path("changes")));
        }
        return ExitCode.OK;
    }

    private String table(JsonNode changes) {
        return new Table()
                .right("REVISION", change -> change.path("modified").asText())
                .left("CHANGE", change -> change.path("type").asText())
                .right("VERSION", change -> change.path("version").asText())
                .right("LEASE", change -> change.path("lease").asText())
                .left("VALUE", change -> text.shown(change, "value"))
                .of(changes, output.hasHeaders());
    }
}
