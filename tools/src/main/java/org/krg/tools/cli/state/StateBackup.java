// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.krg.host.daemon.StateFiles;
import org.krg.tools.cli.ComingFile;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.StoredState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `state backup`
@Command(
        footer = {
            "",
            "Everything that is agreed, at one moment, with a digest that is compared before this ends. Holds nothing up.",
            "The file can be read by its owner only: it holds the jobs' environments and all keys."
        })
public final class StateBackup implements Callable<Integer> {
    /// What is agreed is sent as it is read.
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "is made; must not exist")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path file = Path.of("");

    @Mixin private final ReadOptions reading = new ReadOptions();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateBackup(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal);
                var _ = Progress.of(terminal, "writing " + file);
                var coming = ComingFile.at(file)) {
            try (var out = Files.newOutputStream(coming.path())) {
                client.download(reading.of(ApiPath.of("state", "backup")), out, SILENCE);
            }
            var content = StateFiles.inspect(coming.path());
            coming.keep();
            output.print(terminal, content, () -> StoredState.of(content));
            return ExitCode.OK;
        } catch (IOException failed) {
            throw VerbFailed.cannotWrite(file.toString(), failed);
        }
    }
}
