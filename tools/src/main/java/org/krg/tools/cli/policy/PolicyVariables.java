// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.krg.policy.core.Variable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;
import org.krg.tools.render.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `policy variables`
@Command
public final class PolicyVariables implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();

    public PolicyVariables(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var all = Json.object();
        var variables = all.putArray("variables");
        for (var variable : Variable.values()) {
            variables
                    .addObject()
                    .put("name", variable.word())
                    .put("kind", variable.kind().name().toLowerCase(Locale.ROOT))
                    .put("meaning", variable.meaning());
        }
        output.print(terminal, all, () -> table(variables));
        return ExitCode.OK;
    }

    private String table(Iterable<JsonNode> variables) {
        return new Table()
                .left("NAME", it -> it.path("name").asText())
                .left("KIND", it -> it.path("kind").asText())
                .left("MEANING", it -> it.path("meaning").asText())
                .of(variables, output.hasHeaders());
    }
}
