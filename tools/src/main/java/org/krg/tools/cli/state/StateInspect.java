// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.StateFiles;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.render.StoredState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `state inspect`
@Command(
        footer = {
            "",
            "Reads everything and compares checksums. The agent must not run. Exit code 11 if something is damaged."
        })
public final class StateInspect implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "DIR|FILE",
            description = "the data directory of a node (node.data), or a backup")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path path = Path.of("");

    @Mixin private final OutputOptions output = new OutputOptions();

    public StateInspect(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var _ = Progress.of(terminal, "reading " + path)) {
            var found = StateFiles.inspect(path.toAbsolutePath().normalize());
            output.print(terminal, found, () -> StoredState.of(found));
            return found.path("problems").isEmpty() ? ExitCode.OK : ExitCode.CORRUPT;
        }
    }
}
