// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `segment destroy`
@Command(
        footer = {
            "",
            "Its pages are gone at once. A program that still has it mapped gets SIGBUS.",
            "What it holds is written to its file before, if it has one: while that is impossible the segment stays,",
            "unless --discard leaves the file as the last sync has left it.",
            "What programs store while it is written may be left out: end them before."
        })
public final class SegmentDestroy implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Option(names = "--discard", description = "do not write it to its file")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private boolean discard = false;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentDestroy(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var path = ApiPath.of("segments", segment);
            var gone =
                    client.delete(
                            discard ? path.with("discard", true) : path, SegmentSync.ANSWER_WITHIN);
            output.print(terminal, gone, () -> "");
            terminal.say("segment " + segment + " is gone");
        }
        return ExitCode.OK;
    }
}
