// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

/// `policy try`
@Command(
        footer = {
            "",
            "Nothing is stored or moved. Says where each process would go if it had no node now, and why; with JOB only the processes of that job, with a verdict on every node."
        })
public final class PolicyTry implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final PolicyFile file = new PolicyFile();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "JOB",
            description = "name or number of a job, or JOB/RANK; without it all that live")
    private @Nullable String job;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public PolicyTry(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var text = file.text();
        var _ = file.read(text);
        var body = Json.object().put("text", text);
        if (job != null) {
            body.put("job", job);
        }
        try (var client = connection.open(terminal)) {
            var reply = client.post(ApiPath.of("policies", "trial"), body);
            var trials = reply.path("trials");
            output.print(
                    terminal,
                    reply,
                    () ->
                            job == null
                                    ? Policies.trials(trials, output.hasHeaders())
                                    : Policies.verdicts(trials));
        }
        return ExitCode.OK;
    }
}
