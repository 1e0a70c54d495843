// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.Completion;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Verb;
import org.krg.tools.cli.VerbTree;
import org.krg.tools.cli.Version;
import org.krg.tools.dev.cli.AgentRunVerb;
import org.krg.tools.dev.cli.DevDownVerb;
import org.krg.tools.dev.cli.DevKillVerb;
import org.krg.tools.dev.cli.DevStartVerb;
import org.krg.tools.dev.cli.DevStatusVerb;
import org.krg.tools.dev.cli.DevUpVerb;

/// Every verb of `krg-admin` that is not a module's own.
public final class Verbs implements VerbTree {
    private static final List<Section> SECTIONS =
            List.of(
                    new Section(
                            "A cluster for trying, on this machine",
                            new Verb("dev up", "Make a cluster of several nodes and start it"),
                            new Verb("dev status", "Show its nodes"),
                            new Verb("dev start", "Start nodes that do not run"),
                            new Verb("dev kill", "Kill an agent, or a node with all it hosts"),
                            new Verb("dev down", "Stop it and leave nothing behind")),
                    new Section("This node", new Verb("agent run", "Run the agent of this node")),
                    new Section(
                            "This command",
                            new Verb(
                                    "completion",
                                    "Print a completion script for bash, zsh or fish"),
                            new Verb("version", "Print the version")));

    @Override
    public List<Section> sections() {
        return SECTIONS;
    }

    // A switch, not a table of constructors: naming a class here does not load it.
    @Override
    public Callable<Integer> create(Verb verb, Terminal terminal) {
        return switch (verb.path()) {
            case "agent run" -> new AgentRunVerb(terminal);
            case "dev up" -> new DevUpVerb(terminal);
            case "dev status" -> new DevStatusVerb(terminal);
            case "dev start" -> new DevStartVerb(terminal);
            case "dev kill" -> new DevKillVerb(terminal);
            case "dev down" -> new DevDownVerb(terminal);
            case "completion" -> new Completion(this, terminal);
            case "version" -> new Version(terminal);
            default -> throw new IllegalArgumentException("no such verb: " + verb.path());
        };
    }
}
