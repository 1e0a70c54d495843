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

/// `state repair`
@Command(
        footer = {
            "",
            "Cuts off a write that was cut short, moves damaged snapshots and rows aside that can be made anew, and",
            "refuses (exit code 11) where something may be lost that the cluster counts on. The agent must not run."
        })
public final class StateRepair implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "the data directory of a node (node.data)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path data = Path.of("");

    @Mixin private final OutputOptions output = new OutputOptions();

    public StateRepair(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var _ = Progress.of(terminal, "reading " + data)) {
            var done = StateFiles.repair(data.toAbsolutePath().normalize());
            output.print(terminal, done, () -> StoredState.repaired(done));
            terminal.say(
                    done.path("done").isEmpty()
                            ? "nothing is wrong; nothing was changed"
                            : "krg-admin agent run starts the node again");
            return ExitCode.OK;
        }
    }
}
