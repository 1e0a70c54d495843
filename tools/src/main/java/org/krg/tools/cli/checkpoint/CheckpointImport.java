// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
import org.krg.tools.render.Checkpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint import`
@Command(
        footer = {
            "",
            "The program goes on as a new job from where it was, beside the one it was taken of if that still runs.",
            "Only archives that a node of this cluster has signed are taken in, unless root names the authority of another",
            "cluster (<data>/tls/ca.crt of its nodes). Root may import any program, others those that run as themselves."
        })
public final class CheckpointImport implements Callable<Integer> {
    /// The agent gives up a command that sends nothing for a minute.
    private static final Duration ANSWER_WITHIN = Duration.ofHours(24);

    private final Terminal terminal;

    @Parameters(
            paramLabel = "FILE",
            description = "an archive of checkpoint export; - for standard input")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String file = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "name of the new job (default: as it was)")
    private @Nullable String name;

    @Option(
            names = "--no-restore",
            description = "only take it in; checkpoint restore brings it back later")
    private boolean isLeft;

    @Option(
            names = "--authority",
            paramLabel = "CA",
            description =
                    "certificate of the authority of the cluster it comes from; root's to say")
    private @Nullable Path authority;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointImport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = send(client);
            output.print(
                    terminal,
                    reply,
                    () -> Checkpoints.table(List.of(reply), terminal.now(), output.hasHeaders()));
            var job = reply.path("job").asText();
            var id = reply.path("id").asText();
            terminal.say(
                    isLeft
                            ? "krg-admin checkpoint restore " + id + " brings it back"
                            : job + " goes on; krg-admin logs -f " + job + " shows its output");
        }
        return ExitCode.OK;
    }

    private JsonNode send(ApiClient client) {
        var upload =
                new Upload(
                        "the cluster checks and copies them",
                        "may still become a job; krg-admin job list shows it",
                        "nothing of it stays in the cluster");
        var path = path();
        try (var _ = Progress.of(terminal, () -> "importing: " + upload.progress());
                var _ = Farewell.of(terminal, upload::farewell)) {
            return file.equals("-")
                    ? client.upload(path, upload.of(terminal.in(), 0), ANSWER_WITHIN)
                    : client.upload(path, source(upload), ANSWER_WITHIN);
        }
    }

    private ApiPath path() {
        var path = ApiPath.of("checkpoints");
        path = name == null ? path : path.with("name", name);
        path = isLeft ? path.with("restore", false) : path;
        return authority == null ? path : path.with("authority", certificate(authority));
    }

    private static String certificate(Path file) {
        try (var in = Files.newInputStream(file)) {
            var certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(certificate.getEncoded());
        } catch (IOException | GeneralSecurityException wrong) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "there is no certificate in " + file + ": " + wrong.getMessage(),
                    "name ca.crt of a node of that cluster");
        }
    }

    private Supplier<InputStream> source(Upload upload) {
        var path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "there is no file " + file + " that can be read",
                    "checkpoint export writes them");
        }
        return () -> {
            try {
                return upload.of(Files.newInputStream(path), Files.size(path));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };
    }
}
