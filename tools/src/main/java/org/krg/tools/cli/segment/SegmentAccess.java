// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment access`
@Command(
        footer = {
            "",
            "ACCESS is octal as of a file: 6 for the owner, then 6 or 0 each for programs that run with the owner's primary group",
            "and for all others. Who opens a segment reads and writes it: there is no access to read only. Root's programs may always.",
            "It counts when a program opens the segment for the first time (EACCES). As with files, who has it open keeps it: also",
            "when the program is moved, restored from a checkpoint, or goes on at the next agent of its node.",
            "Only the owner, root and users with the role root may change this, or destroy a segment.",
            "",
            "  krg-admin segment access grid 0660",
            "  krg-admin segment access grid 0666",
            "  krg-admin segment attach-info grid        who has it open now"
        })
public final class SegmentAccess implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Parameters(index = "1", paramLabel = "ACCESS", description = "like 0600, 0660 or 0666")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String access = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentAccess(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("mode", access);
        try (var client = connection.open(terminal)) {
            var changed = client.post(ApiPath.of("segments", segment, "access"), body);
            output.print(terminal, changed, () -> "");
            terminal.say(
                    "segment %s has access %s; what is open stays open"
                            .formatted(segment, changed.path("mode").asText()));
        }
        return ExitCode.OK;
    }
}
