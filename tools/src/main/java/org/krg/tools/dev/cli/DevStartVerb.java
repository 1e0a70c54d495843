// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.DevNode;
import org.krg.tools.dev.DevNodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `dev start`
@Command
public final class DevStartVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    @Parameters(paramLabel = "NODE", arity = "0..*", description = "the nodes to start")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> names = new ArrayList<>();

    @Option(names = "--all", description = "start every node that does not run")
    private boolean all;

    public DevStartVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (all != names.isEmpty()) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    all ? "--all and the name of a node exclude each other" : "no node is named",
                    "name nodes, like `krg-admin dev start n1`, or give --all");
        }
        var directory = options.directory(terminal);
        var nodes = new DevNodes(directory, KrgHome.require(), terminal::say);
        var chosen = all ? nodes.cluster().nodes().stream().map(DevNode::name).toList() : names;
        chosen.forEach(nodes.cluster()::require);
        return Work.interruptibly(() -> {
            nodes.start(chosen);
            return ExitCode.OK;
        });
    }
}
