// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ByteSize;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `segment resize`
@Command(
        footer = {
            "",
            "What is new is zeros at the end; a file that is shorter becomes longer, by a hole. A program sees them when it maps the segment anew.",
            "A segment does not shrink: its pages may be on any node.",
            "",
            "  krg-admin segment resize grid --size 128M"
        })
public final class SegmentResize implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Option(
            names = "--size",
            required = true,
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "how large it will be, like 128M; rounded up to pages of 4 KiB")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private ByteSize size = new ByteSize(0);

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentResize(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var body = Json.object().put("sizeBytes", size.bytes());
        try (var client = connection.open(terminal)) {
            var resized = client.post(ApiPath.of("segments", segment, "resize"), body);
            output.print(terminal, resized, () -> "");
            terminal.say(
                    "segment %s has %s"
                            .formatted(segment, Amounts.bytes(resized.path("sizeBytes").asLong())));
        }
        return ExitCode.OK;
    }
}
