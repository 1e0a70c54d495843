// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

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
import picocli.CommandLine.Parameters;

/// `segment sync`
@Command(
        footer = {
            "",
            "When it ends well, every store that was made before is in the file of the segment and survives a crash of",
            "the file's machine. Programs go on meanwhile. Pages that are lost are named, and all others are written.",
            "",
            "  krg-admin segment sync table"
        })
public final class SegmentSync implements Callable<Integer> {
    /// A disk takes its time.
    static final Duration ANSWER_WITHIN = Duration.ofHours(24);

    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentSync(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var path = ApiPath.of("segments", segment, "sync");
            var synced = client.post(path, Json.object(), ANSWER_WITHIN);
            output.print(terminal, synced, () -> "");
            terminal.say(
                    "%s written to %s:%s"
                            .formatted(
                                    Amounts.bytes(
                                            synced.path("writtenPages").asLong()
                                                    * DumpedPages.PAGE_BYTES),
                                    synced.path("fileNode").asText(),
                                    synced.path("file").asText()));
        }
        return ExitCode.OK;
    }
}
