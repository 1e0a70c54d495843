// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state put`
@Command(
        footer = {
            "",
            "Exit code 5 if a condition did not hold; nothing was changed then.",
            "",
            "  krg-admin state put app/colour green",
            "  krg-admin state put app/config - < config.json",
            "  krg-admin state put app/leader $HOSTNAME --if-absent --lease 17",
            "  krg-admin state put app/count 8 --if-revision 4711"
        })
public final class StatePut implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "KEY", description = "the key")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String key = "";

    @Parameters(
            index = "1",
            paramLabel = "VALUE",
            description = "its value; - for standard input, byte for byte")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String value = "";

    @Option(
            names = "--lease",
            paramLabel = "ID",
            description = "the key goes when this lease ends (krg-admin state lease grant)")
    private @Nullable Long lease;

    @Option(names = "--if-absent", description = "only if the key is not there")
    private boolean ifAbsent;

    @Mixin private final KeyCondition condition = new KeyCondition();
    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StatePut(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (ifAbsent) {
            condition.requireAbsent();
        }
        var put = text.putValue(text.put(Json.object(), "key", key), value, terminal);
        if (lease != null) {
            put.put("lease", lease);
        }
        try (var client = connection.open(terminal)) {
            var reply = condition.apply(client, text, key, Json.object().set("put", put));
            output.print(terminal, reply, () -> "");
            terminal.say("revision " + reply.path("revision").asText() + " wrote " + key);
        }
        return ExitCode.OK;
    }
}
