// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `checkpoint rm`
@Command
public final class CheckpointRemove implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "ID",
            arity = "1..*",
            description = "PROCESS.NUMBER, as checkpoint list shows it")
    private final List<String> ids = new ArrayList<>();

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointRemove(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            for (var id : ids) {
                client.delete(ApiPath.of("checkpoints", id));
                terminal.say(
                        "checkpoint "
                                + id
                                + " is removed; krg-admin checkpoint list shows the others");
            }
        }
        return ExitCode.OK;
    }
}
