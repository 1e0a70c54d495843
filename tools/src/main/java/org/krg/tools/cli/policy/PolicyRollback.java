// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Policies;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `policy rollback`
@Command(footer = {"", "Asked a second time, it undoes itself."})
public final class PolicyRollback implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyRollback(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("policies", "rollback"), Json.object());
            output.print(terminal, reply, () -> "");
            terminal.say(Policies.deciding(reply));
        }
        return ExitCode.OK;
    }
}
