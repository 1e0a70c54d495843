// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `state watch`
@Command(
        footer = {
            "",
            "Prints each change once and in order, one a line, and goes on at another agent when its own dies. Exit code 5 if what comes next is compacted.",
            "",
            "  krg-admin state watch app/",
            "  krg-admin state watch \"\" --since 1 -o json",
            "  krg-admin state watch app/ --previous"
        })
public final class StateWatch implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final KeyChoice choice = new KeyChoice();

    @Option(
            names = "--since",
            paramLabel = "REVISION",
            description = "the first revision whose changes are shown (default: the next one)")
    private @Nullable Long since;

    @Option(names = "--previous", description = "show also what was there before")
    private boolean previous;

    @Mixin private final KeyText text = new KeyText();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateWatch(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var path = choice.of(ApiPath.of("keys", "watch"), text);
        if (since != null) {
            path = path.with("since", since);
        }
        path = previous ? path.with("previous", true) : path;
        terminal.flush();
        try (var client = connection.open(terminal);
                var events = client.watchKeys(path)) {
            for (var event = events.next();
                    event.isPresent() && !terminal.outIsGone();
                    event = events.next()) {
                event.get().path("changes").forEach(this::show);
            }
        }
        return ExitCode.OK;
    }

    private void show(JsonNode change) {
        output.printOne(terminal, change, () -> Printable.line(line(change)) + "\n");
    }

    private String line(JsonNode change) {
        var line = new StringBuilder(change.path("modified").asText());
        line.append(' ').append(change.path("type").asText());
        line.append(' ').append(text.shown(change, "key"));
        if (change.path("type").asText().equals("put")) {
            line.append(' ').append(text.shown(change, "value"));
        }
        if (previous) {
            line.append(" (was ")
                    .append(
                            change.has("previous")
                                    ? text.shown(change.path("previous"), "value")
                                    : "not there")
                    .append(')');
        }
        return line.toString();
    }
}
