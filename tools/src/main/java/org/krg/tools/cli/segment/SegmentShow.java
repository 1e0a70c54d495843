// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Segments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment show`
@Command
public final class SegmentShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("segments", segment)));
            output.print(terminal, reply, () -> Segments.sheet(reply));
        }
        return ExitCode.OK;
    }
}
