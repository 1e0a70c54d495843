// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `events`
@Command(footer = {"", "JSON is one event a line."})
public final class Events implements Callable<Integer> {
    private final Terminal terminal;

    /// How many past events are shown when nothing says which.
    private static final long RECENT = 50;

    private static final int PAGE = 500;

    @Option(
            names = {"-w", "--watch"},
            description = "go on with new events as they come")
    private boolean watch;

    @Option(
            names = "--after",
            paramLabel = "REVISION",
            description =
                    "those after this revision (default: the last ones; with --watch: from now)")
    private @Nullable Long after;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            split = ",",
            description = "only these: process, process.ended; repeatable")
    private List<String> types = new ArrayList<>();

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Events(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            if (output.isTable() && output.hasHeaders()) {
                terminal.out().print(org.krg.tools.render.Events.header());
            }
            if (watch) {
                watch(client);
            } else {
                list(client);
            }
        }
        return ExitCode.OK;
    }

    private void watch(ApiClient client) {
        terminal.flush();
        var from = after == null ? OptionalLong.empty() : OptionalLong.of(after);
        try (var events = client.watch(from)) {
            for (var event = events.next();
                    event.isPresent() && !terminal.outIsGone();
                    event = events.next()) {
                show(event.get());
            }
        }
    }

    private void list(ApiClient client) {
        long from = after == null ? recent(client) : after;
        while (true) {
            var page =
                    client.get(ApiPath.of("events").with("after", from).with("limit", PAGE))
                            .path("events");
            if (page.isEmpty()) {
                return;
            }
            page.forEach(this::show);
            from = page.get(page.size() - 1).path("revision").asLong();
        }
    }

    private static long recent(ApiClient client) {
        return Math.max(0, client.get(ApiPath.of("nodes")).path("revision").asLong() - RECENT);
    }

    private void show(JsonNode event) {
        var type = event.path("type").asText();
        if (types.isEmpty()
                || types.stream().anyMatch(it -> type.equals(it) || type.startsWith(it + "."))) {
            output.printOne(terminal, event, () -> org.krg.tools.render.Events.line(event));
        }
    }
}
