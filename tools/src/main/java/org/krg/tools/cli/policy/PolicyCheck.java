// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `policy check`
@Command(
        footer = {
            "",
            "Needs no cluster. A policy rejects nodes (filter) and prefers some (score); nodes that krg's own rules reject are out before. Expressions are CEL; numbers are floating point. Examples are run, and have to choose what they say.",
            "",
            "  [policy]",
            "  name = \"packed\"",
            "  about = \"fills one node before the next\"",
            "",
            "  [place]",
            "  filter = [{ expr = \"node.cpu_pressure < 80.0\", why = \"it is busy\" }]",
            "  score = [\"1.0 - node.cpus_free / node.cpus\"]",
            "",
            "  [[example]]",
            "  task = { cpus = 1.0 }",
            "  nodes.n1 = { cpus = 8.0, cpus_free = 8.0 }",
            "  nodes.n2 = { cpus = 8.0, cpus_free = 2.0 }",
            "  chosen = \"n2\""
        })
public final class PolicyCheck implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final PolicyFile file = new PolicyFile();
    @Mixin private final OutputOptions output = new OutputOptions();

    public PolicyCheck(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var policy = file.read(file.text());
        output.print(
                terminal,
                Json.object()
                        .put("name", policy.name())
                        .put("about", policy.about())
                        .put("size", policy.size()),
                () -> "policy %s is good: %s%n".formatted(policy.name(), policy.size()));
        return ExitCode.OK;
    }
}
