// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevNodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `dev kill`
@Command
public final class DevKillVerb implements Callable<Integer> {
    /// How much of a node dies.
    enum Scope {
        agent,
        node
    }

    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    @Parameters(paramLabel = "NODE", description = "the node")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Option(
            names = "--scope",
            required = true,
            paramLabel = "agent|node",
            description =
                    "agent: only the agent, its programs go on; node: everything, as if its"
                            + " power went")
    private Scope scope = Scope.agent;

    public DevKillVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var nodes = new DevNodes(options.directory(terminal), KrgHome.require(), terminal::say);
        nodes.cluster().require(name);
        return Work.interruptibly(() -> {
            terminal.say(
                    switch (scope) {
                        case agent -> agent(nodes);
                        case node -> node(nodes);
                    });
            terminal.say("  krg-admin dev start " + name + " starts it again");
            return ExitCode.OK;
        });
    }

    private String agent(DevNodes nodes) throws InterruptedException {
        return nodes.killAgent(name)
                ? "killed the agent of " + name + "; what the node hosts goes on"
                : "the agent of " + name + " did not run";
    }

    private String node(DevNodes nodes) throws InterruptedException {
        var ran = nodes.findAgent(name).isPresent();
        var hosted = nodes.killNode(name);
        return (ran ? "killed the agent of " + name : "the agent of " + name + " did not run")
                + "; killed "
                + hosted
                + " processes of its cells";
    }
}
