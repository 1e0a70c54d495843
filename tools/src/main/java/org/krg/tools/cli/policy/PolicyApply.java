// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `policy apply`
@Command(
        footer = {
            "",
            "Stores the file as the next version of the policy that it names. The same file again is the same version. It decides once it is activated."
        })
public final class PolicyApply implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final PolicyFile file = new PolicyFile();

    @Option(names = "--activate", description = "have it decide at once")
    private boolean activate;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyApply(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var text = file.text();
        var _ = file.read(text);
        try (var client = connection.open(terminal)) {
            var body = Json.object().put("text", text).put("activate", activate);
            var reply = client.post(ApiPath.of("policies"), body);
            var id = reply.path("name").asText() + "@" + reply.path("version").asText();
            output.print(terminal, reply, () -> id + System.lineSeparator());
            terminal.say(
                    reply.path("active").asBoolean()
                            ? id + " decides where processes go"
                            : "stored; `krg-admin policy activate " + id + "` has it decide");
        }
        return ExitCode.OK;
    }
}
