// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Upload;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment load`
@Command(
        footer = {
            "",
            "The segment holds what the file holds then, and zeros behind its end. Nothing is stored before all of the file",
            "has been sent: interrupted until then, it leaves the segment as it was. Then one page is stored after the",
            "other, as a program would, also if nobody waits for it: whoever looks meanwhile sees some old and some new.",
            "",
            "  krg-admin segment create grid --size 64M",
            "  krg-admin segment load grid grid.bin"
        })
public final class SegmentLoad implements Callable<Integer> {
    /// The agent gives up a command that sends nothing for a minute.
    private static final Duration ANSWER_WITHIN = Duration.ofHours(24);

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "not longer than the segment; - for standard input")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String file = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentLoad(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var loaded = send(client);
            output.print(terminal, loaded, () -> "");
            var pages = loaded.path("storedPages").asLong();
            terminal.say(
                    "%s stored in segment %s, and zeros everywhere else"
                            .formatted(Amounts.bytes(pages * DumpedPages.PAGE_BYTES), segment));
        }
        return ExitCode.OK;
    }

    private JsonNode send(ApiClient client) {
        var upload =
                new Upload(
                        "segment %s takes them".formatted(segment),
                        "goes into segment %s still; krg-admin segment dump gets what it holds"
                                .formatted(segment),
                        "segment %s is as it was".formatted(segment));
        var path = ApiPath.of("segments", segment, "contents");
        try (var _ = Progress.of(terminal, () -> "loading: " + upload.progress());
                var _ = Farewell.of(terminal, upload::farewell)) {
            return file.equals("-")
                    ? client.upload(
                            path, new LoadedPages(upload.of(terminal.in(), 0)), ANSWER_WITHIN)
                    : client.upload(path, source(upload), ANSWER_WITHIN);
        }
    }

    private Supplier<InputStream> source(Upload upload) {
        var path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "there is no file " + file + " that can be read",
                    "`krg-admin segment dump` writes them");
        }
        return () -> {
            try {
                return new LoadedPages(upload.of(Files.newInputStream(path), Files.size(path)));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };
    }
}
