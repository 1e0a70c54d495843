// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.dev.DevStatus;
import org.krg.tools.dev.NodeStatus;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `dev status`
@Command
public final class DevStatusVerb implements Callable<Integer> {
    private static final String ROW = "%-6s %-9s %-9s %-8s %s%n";

    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    public DevStatusVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var directory = options.directory(terminal).requireCluster();
        var nodes = DevStatus.of(directory);
        output.print(terminal, tree(directory, nodes), () -> table(nodes));
        return ExitCode.OK;
    }

    static JsonNode tree(DevDirectory directory, List<NodeStatus> nodes) {
        var tree = Json.object().put("apiVersion", "krg/v1").put("dir", directory.toString());
        var list = tree.putArray("nodes");
        for (var status : nodes) {
            var node = list.addObject();
            node.put("name", status.node().name())
                    .put("api", status.node().listen().api().toString());
            status.pid().ifPresent(pid -> node.put("pid", pid));
            node.put("role", status.role()).put("state", status.state());
        }
        return tree;
    }

    private String table(List<NodeStatus> nodes) {
        var text = new StringBuilder();
        if (output.hasHeaders()) {
            text.append(ROW.formatted("NODE", "STATE", "ROLE", "PID", "API"));
        }
        for (var status : nodes) {
            text.append(
                    ROW.formatted(
                            status.node().name(),
                            status.state(),
                            status.role(),
                            status.pid().isPresent() ? status.pid().getAsLong() : "-",
                            status.node().listen().api()));
        }
        return text.toString();
    }
}
