// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state delete`
@Command(
        footer = {
            "",
            "Exit code 3 if there was nothing to delete, 5 if a condition did not hold.",
            "",
            "  krg-admin state delete app/colour",
            "  krg-admin state delete --prefix app/",
            "  krg-admin state delete app/count --if-revision 4711"
        })
public final class StateDelete implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "KEY", description = "the key, or with --prefix how keys begin")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String key = "";

    @Option(names = "--prefix", description = "every key that begins with KEY")
    private boolean isPrefix;

    @Mixin private final KeyCondition condition = new KeyCondition();
    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateDelete(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var delete = text.put(Json.object(), isPrefix ? "prefix" : "key", key);
        try (var client = connection.open(terminal)) {
            var reply = condition.apply(client, text, key, Json.object().set("delete", delete));
            var count = reply.path("results").path(0).path("delete").path("count").asLong();
            if (count == 0) {
                throw new VerbFailed(
                        ExitCode.NOT_FOUND,
                        isPrefix ? "no key begins with " + key : "there is no key " + key,
                        "krg-admin state range \"\" lists the keys");
            }
            output.print(terminal, reply, () -> "");
            terminal.say(
                    "revision %s deleted %s"
                            .formatted(
                                    reply.path("revision").asText(),
                                    count == 1 ? "1 key" : count + " keys"));
        }
        return ExitCode.OK;
    }
}
