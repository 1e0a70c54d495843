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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
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
            "is there: interrupted, it leaves the segment as it was. Then one page is stored after the other, as a program",
            "would: whoever looks meanwhile sees some old and some new.",
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
        var sent = new AtomicLong();
        var source = source(sent);
        try (var _ =
                Progress.of(
                        terminal,
                        () ->
                                "loading %s: %s read"
                                        .formatted(segment, Amounts.bytes(sent.get())))) {
            return client.upload(
                    ApiPath.of("segments", segment, "contents"), source, ANSWER_WITHIN);
        }
    }

    private Supplier<InputStream> source(AtomicLong sent) {
        if (file.equals("-")) {
            return () -> new LoadedPages(terminal.in(), sent);
        }
        var path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "there is no file " + file + " that can be read",
                    "`krg-admin segment dump` writes them");
        }
        return () -> {
            try {
                return new LoadedPages(Files.newInputStream(path), sent);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };
    }
}
