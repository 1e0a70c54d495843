// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.dev.DevNodes;
import org.krg.tools.dev.DevShape;
import org.krg.tools.dev.DevUp;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `dev up`
@Command
public final class DevUpVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description =
                    "how many nodes; the first three (of five or more: five) vote (default: 3)")
    private @Nullable Integer nodes;

    @Option(
            names = "--encrypt-checkpoints",
            description = "the nodes of a new cluster encrypt the checkpoints that they keep")
    private boolean encrypts;

    @Option(
            names = "--separate-networks",
            description =
                    "each node of a new cluster has a network of its own, as a machine has; `dev cut`"
                            + " parts them (root)")
    private boolean separates;

    public DevUpVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var directory = options.findNamed(terminal).orElseGet(DevDirectory::preset);
        var count = nodes == null ? OptionalInt.empty() : OptionalInt.of(nodes);
        return Work.interruptibly(() -> {
            show(comeUp(directory, count));
            directory.remember();
            terminal.say(
                    """
                    Ready. The following commands find this cluster by themselves:
                      tools/krg-admin node list
                      tools/krg-admin run --wait -- sh -c 'sleep 2; echo hello'
                      tools/krg-admin dev kill n1 --scope node
                      tools/krg-admin dev down --purge\
                    """);
            return ExitCode.OK;
        });
    }

    private DevNodes comeUp(DevDirectory directory, OptionalInt count)
            throws IOException, InterruptedException {
        var shape = new DevShape(new EncryptionSettings(encrypts, Optional.empty()), separates);
        try (var _ = Progress.of(terminal, "waiting for the agents to serve")) {
            return new DevUp(directory, KrgHome.require(), terminal::say, shape).run(count);
        }
    }

    private void show(DevNodes nodes) {
        for (var node : nodes.cluster().nodes()) {
            terminal.out()
                    .printf(
                            "%-4s %-8s api %s%n",
                            node.name(), node.voter() ? "voter" : "listener", node.listen().api());
        }
    }
}
