// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.ReadOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Policies;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `policy list`
@Command
public final class PolicyList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ReadOptions read = new ReadOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.get(read.of(ApiPath.of("policies")));
            output.print(
                    terminal,
                    reply,
                    () ->
                            Policies.table(
                                    reply.path("policies"), terminal.now(), output.hasHeaders()));
            terminal.say(Policies.deciding(reply));
        }
        return ExitCode.OK;
    }
}
