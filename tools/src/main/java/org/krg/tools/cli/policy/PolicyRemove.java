// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `policy remove`
@Command(
        footer = {
            "",
            "Versions of a policy that is stored anew under this name begin with 1 again."
        })
public final class PolicyRemove implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NAME", description = "of a policy none of whose versions decides")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyRemove(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var reply = client.delete(ApiPath.of("policies", name));
            output.print(terminal, reply, () -> "");
            terminal.say(name + " and its versions are gone");
        }
        return ExitCode.OK;
    }
}
