// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `state range`
@Command(
        footer = {
            "",
            "  krg-admin state range app/",
            "  krg-admin state range \"\" --keys-only --limit 100",
            "  krg-admin state range --from a --to n",
            "  krg-admin state range app/ --revision 4711"
        })
public final class StateRange implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final KeyChoice choice = new KeyChoice();

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            description = "as they were at this revision")
    private @Nullable Long revision;

    @Option(names = "--limit", paramLabel = "N", description = "at most so many")
    private @Nullable Long limit;

    @Option(names = "--keys-only", description = "without the values")
    private boolean keysOnly;

    @Option(names = "--count", description = "only how many there are")
    private boolean count;

    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateRange(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = choice.of(read.of(ApiPath.of("keys")), text);
        if (revision != null) {
            path = path.with("revision", revision);
        }
        if (limit != null) {
            path = path.with("limit", limit);
        }
        path = keysOnly ? path.with("keysOnly", true) : path;
        path = count ? path.with("count", true) : path;
        try (var client = connection.open(terminal)) {
            var reply = client.get(path);
            output.print(
                    terminal,
                    reply,
                    () -> count ? reply.path("count").asText() + "\n" : table(reply.path("keys")));
            if (reply.path("more").asBoolean() && output.isTable()) {
                terminal.say(
                        "%s of %s; --from goes on behind the last one"
                                .formatted(
                                        reply.path("keys").size(), reply.path("count").asText()));
            }
        }
        return ExitCode.OK;
    }

    private String table(JsonNode keys) {
        var table =
                new Table()
                        .left("KEY", key -> text.shown(key, "key"))
                        .right("REVISION", key -> key.path("modified").asText())
                        .right("VERSION", key -> key.path("version").asText())
                        .right("LEASE", key -> key.path("lease").asText());
        return (keysOnly ? table : table.left("VALUE", key -> text.shown(key, "value")))
                .of(keys, output.hasHeaders());
    }
}
