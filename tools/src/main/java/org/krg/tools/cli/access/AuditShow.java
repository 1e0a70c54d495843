// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.AuditTrailFiles;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `audit show`
@Command(
        footer = {
            "",
            "Each node writes down the changes that it was asked for and whom it refused; what users do with their keys is not in it, unless they may not. Whoever passes a request on writes it down, so ask every node. The agent may run."
        })
public final class AuditShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "the data directory of a node (node.data)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path data = Path.of("");

    @Option(
            names = "--last",
            paramLabel = "N",
            description = "how many of the newest entries (default: 50)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private int last = 50;

    @Mixin private final OutputOptions output = new OutputOptions();

    public AuditShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (last < 1) {
            throw new VerbFailed(ExitCode.USAGE, "--last is at least 1, not " + last, "");
        }
        var found = AuditTrailFiles.read(data.toAbsolutePath().normalize(), last);
        output.print(terminal, found, () -> table(found.path("entries")));
        found.path("problems").forEach(problem -> terminal.say(problem.asText()));
        return found.path("problems").isEmpty() ? ExitCode.OK : ExitCode.CORRUPT;
    }

    private String table(Iterable<JsonNode> entries) {
        return new Table()
                .right("NUMBER", entry -> entry.path("number").asText())
                .left("WHEN", entry -> entry.path("at").asText())
                .left("WHO", entry -> entry.path("who").asText())
                .left("FROM", entry -> entry.path("from").asText())
                .right("OUTCOME", entry -> entry.path("outcome").asText())
                .left("WHAT", entry -> entry.path("what").asText())
                .of(entries, output.hasHeaders());
    }
}
