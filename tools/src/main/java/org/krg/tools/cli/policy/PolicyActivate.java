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
import picocli.CommandLine.Parameters;

/// `policy activate`
@Command(
        footer = {
            "",
            "It decides where processes go that start, come back or move to auto, from the next decision on. What runs it moves only if it has [rebalance]."
        })
public final class PolicyActivate implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "POLICY",
            description =
                    "NAME for its newest version, NAME@VERSION, or built-in for krg's own policy")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String policy = "";

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyActivate(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            var body = Json.object().put("policy", policy);
            var reply = client.post(ApiPath.of("policies", "activate"), body);
            output.print(terminal, reply, () -> "");
            terminal.say(Policies.deciding(reply));
        }
        return ExitCode.OK;
    }
}
