// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ComingFile;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `segment dump`
@Command(
        footer = {
            "",
            "The file is what the segment holds, byte for byte; pages of zeros are holes in it. Each page is as it is at one",
            "moment, and not all at the same one: while programs store, older and newer pages are side by side.",
            "A page that was lost ends it, and there is no file then. For a moment of all pages have programs wait.",
            "",
            "  krg-admin segment dump grid grid.bin",
            "  krg-admin segment dump grid - | od -A d -t f8 | head"
        })
public final class SegmentDump implements Callable<Integer> {
    /// A page that does not come is told within 20 s; before one that is sent many may be read that
    /// are zeros.
    private static final Duration SILENCE = Duration.ofMinutes(10);

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "SEGMENT", description = "name or number of the segment")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String segment = "";

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "is made; must not exist; - for standard output")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String file = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public SegmentDump(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            if (file.equals("-")) {
                if (terminal.outIsTerminal()) {
                    throw new VerbFailed(
                            ExitCode.USAGE,
                            "what a segment holds is not for a terminal",
                            "name a file, or send it on with |");
                }
                return print(client);
            }
            try (var coming = ComingFile.at(Path.of(file))) {
                var target = write(client, coming.path());
                coming.keep();
                var reply =
                        Json.object()
                                .put("segment", segment)
                                .put("file", file)
                                .put("bytes", target.length)
                                .put("pages", target.pages);
                output.print(
                        terminal,
                        reply,
                        () ->
                                "%s: %s, %s of them not zeros%n"
                                        .formatted(
                                                file,
                                                Amounts.bytes(target.length),
                                                Amounts.bytes(
                                                        target.pages * DumpedPages.PAGE_BYTES)));
            }
            return ExitCode.OK;
        } catch (IOException failed) {
            throw VerbFailed.cannotWrite(file, failed);
        }
    }

    private int print(ApiClient client) {
        try {
            var out = terminal.bytes();
            receive(client, new Stream(out));
            out.flush();
        } catch (IOException gone) {
            // Whoever ends the command tells why.
        }
        return ExitCode.OK;
    }

    private Sparse write(ApiClient client, Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            var target = new Sparse(channel);
            receive(client, target);
            return target;
        }
    }

    private void receive(ApiClient client, DumpedPages.Target target) throws IOException {
        var pages = new DumpedPages(target);
        try (var _ =
                Progress.of(
                        terminal,
                        () ->
                                "dumping %s: %s"
                                        .formatted(
                                                segment,
                                                Amounts.bytes(
                                                        pages.count() * DumpedPages.PAGE_BYTES)))) {
            client.download(ApiPath.of("segments", segment, "contents"), pages, SILENCE);
        }
        pages.requireWhole();
    }

    /// A file with holes where zeros are.
    private static final class Sparse implements DumpedPages.Target {
        private final FileChannel channel;
        private long pages;
        private long length;

        Sparse(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void page(long offset, byte[] bytes) throws IOException {
            write(ByteBuffer.wrap(bytes), offset);
            pages++;
        }

        @Override
        public void end(long all) throws IOException {
            if (channel.size() < all) {
                write(ByteBuffer.allocate(1), all - 1);
            }
            length = all;
        }

        private void write(ByteBuffer bytes, long offset) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes, offset + bytes.position());
            }
        }
    }

    /// All of it, one byte after the other.
    private static final class Stream implements DumpedPages.Target {
        private static final byte[] ZEROS = new byte[DumpedPages.PAGE_BYTES];
        private final OutputStream out;
        private long at;

        Stream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void page(long offset, byte[] bytes) throws IOException {
            zerosUpTo(offset);
            out.write(bytes);
            at += bytes.length;
        }

        @Override
        public void end(long all) throws IOException {
            zerosUpTo(all);
        }

        private void zerosUpTo(long offset) throws IOException {
            while (at < offset) {
                var piece = (int) Math.min(ZEROS.length, offset - at);
                out.write(ZEROS, 0, piece);
                at += piece;
            }
        }
    }
}
