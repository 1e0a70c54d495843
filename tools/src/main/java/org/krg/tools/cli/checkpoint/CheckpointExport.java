// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint export`
@Command(
        footer = {
            "",
            "One file with all that `checkpoint import` needs: images, files, output, the job; signed by the node that wrote it.",
            "It can be read by its owner only: it holds the program's memory and environment, in the clear. Where nodes encrypt what they keep, --decrypt says that this is wanted.",
            "",
            "  krg-admin checkpoint export 7.3 heat.krg",
            "  krg-admin checkpoint export 7.3 - --decrypt | age -r RECIPIENT >heat.krg.age"
        })
public final class CheckpointExport implements Callable<Integer> {
    /// An agent reads all of it before it sends the first byte.
    private static final Duration SILENCE = Duration.ofMinutes(10);

    private static final int DIGEST_BYTES = 32;

    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = "PROCESS.NUMBER, as checkpoint list shows it")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "is made; must not exist; - for standard output")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String file = "";

    @Option(
            names = "--decrypt",
            description = "also where nodes encrypt the checkpoints they keep; the archive is not")
    private boolean decrypts;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointExport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var checkpoint = client.get(ApiPath.of("checkpoints", id));
            if (file.equals("-")) {
                if (terminal.outIsTerminal()) {
                    throw new VerbFailed(
                            ExitCode.USAGE,
                            "an archive is not for a terminal",
                            "name a file, or send it on with |");
                }
                return print(client, checkpoint);
            }
            try (var coming = ComingFile.at(Path.of(file))) {
                long bytes;
                try (var out = Files.newOutputStream(coming.path())) {
                    bytes = receive(client, checkpoint, out);
                }
                coming.keep();
                var reply = Json.object().put("id", id).put("file", file).put("bytes", bytes);
                output.print(
                        terminal, reply, () -> "%s: %s%n".formatted(file, Amounts.bytes(bytes)));
            }
            return ExitCode.OK;
        } catch (IOException failed) {
            throw VerbFailed.cannotWrite(file, failed);
        }
    }

    private int print(ApiClient client, JsonNode checkpoint) {
        try {
            receive(client, checkpoint, terminal.bytes());
        } catch (IOException gone) {
            // Whoever ends the command tells why.
        }
        return ExitCode.OK;
    }

    private long receive(ApiClient client, JsonNode checkpoint, OutputStream out)
            throws IOException {
        var whole = Amounts.bytes(checkpoint.path("imageBytes").asLong());
        var checked = new EndingCheck(out, DIGEST_BYTES);
        try (var _ =
                Progress.of(
                        terminal,
                        () ->
                                "exporting %s: %s of at most %s"
                                        .formatted(id, Amounts.bytes(checked.count()), whole))) {
            var archive = ApiPath.of("checkpoints", id, "archive");
            client.download(decrypts ? archive.with("decrypt", true) : archive, checked, SILENCE);
        }
        out.flush();
        if (!checked.isGood()) {
            throw new VerbFailed(
                    ExitCode.CORRUPT,
                    "what has come is not what was sent: its digest is another one",
                    "export it again");
        }
        return checked.count();
    }
}
