// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `state snapshot`
@Command(
        footer = {
            "",
            "Of the node that --endpoint names. Nodes do so by themselves, every 100 000 entries of the log. From a snapshot a node starts after a crash, and others begin that lack the log; meanwhile the node applies nothing."
        })
public final class StateSnapshot implements Callable<Integer> {
    /// All rows are read for their checksums.
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateSnapshot(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var taken = client.post(ApiPath.of("state", "snapshot"), Json.object(), LIMIT);
            output.print(terminal, taken, () -> "");
            terminal.say(
                    "%s has a snapshot of %s up to log entry %s"
                            .formatted(
                                    taken.path("node").asText(),
                                    Amounts.bytes(taken.path("bytes").asLong()),
                                    taken.path("index").asText()));
        }
        return ExitCode.OK;
    }
}
