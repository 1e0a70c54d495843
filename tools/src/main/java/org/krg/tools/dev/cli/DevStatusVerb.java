// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevCuts;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.dev.DevStatus;
import org.krg.tools.dev.NodeStatus;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `dev status`
@Command
public final class DevStatusVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    public DevStatusVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var directory = options.directory(terminal).requireCluster();
        return Work.interruptibly(() -> {
            var nodes = DevStatus.of(directory);
            output.print(terminal, tree(directory, nodes), () -> table(nodes));
            return ExitCode.OK;
        });
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
            for (var cut : status.cuts()) {
                node.withArray("cuts")
                        .addObject()
                        .put("from", cut.from())
                        .put("percent", cut.percent());
            }
        }
        return tree;
    }

    private String table(List<NodeStatus> nodes) {
        var text = new StringBuilder();
        if (output.hasHeaders()) {
            text.append(row("NODE", "STATE", "ROLE", "PID", "API", "DOES NOT HEAR"));
        }
        for (var status : nodes) {
            text.append(
                    row(
                            status.node().name(),
                            status.state(),
                            status.role(),
                            status.pid().isPresent() ? status.pid().getAsLong() : "-",
                            status.node().listen().api(),
                            notHeard(status.cuts())));
        }
        return text.toString();
    }

    private static String notHeard(List<DevCuts.Cut> cuts) {
        return cuts.stream().map(DevCuts.Cut::toString).collect(Collectors.joining(", "));
    }

    private static String row(Object... columns) {
        return "%-6s %-9s %-9s %-8s %-20s %s".formatted(columns).stripTrailing() + "\n";
    }
}
