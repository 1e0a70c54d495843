// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.SettingsFile;
import org.krg.host.daemon.StateFiles;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Question;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.cli.KrgHome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state restore`
@Command(
        footer = {
            "",
            "Makes this node the first and only member of a cluster that goes on from a backup, or from what a member",
            "that is left has on its disk. What the cluster agreed on after that is lost. All other nodes must come back",
            "with state rejoin: two nodes of the old cluster that start as they are would be a second one.",
            "Revisions go on far beyond the source: none is ever given twice. What the node had of the old cluster is",
            "kept in aside-N below its data directory; its certificates and checkpoints stay. Its agent must not run."
        })
public final class StateRestore implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "FILE|DIR",
            description = "a backup, or the data directory of a member that does not run")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path source = Path.of("");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "settings of this node's agent (default: /etc/krg/krgd.toml)")
    private Path config = Path.of("/etc/krg/krgd.toml");

    @Option(names = "--foreign", description = "the source may be of another cluster")
    private boolean foreign;

    @Mixin private final Question question = new Question();
    @Mixin private final OutputOptions output = new OutputOptions();

    public StateRestore(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var settings = SettingsFile.read(config, KrgHome.require());
        question.require(
                terminal,
                "cluster %s begins again on node %s alone with what is in %s; whatever it agreed on later is lost"
                        .formatted(settings.cluster().name(), settings.node().name(), source));
        try (var _ = Progress.of(terminal, "restoring " + source)) {
            var done = StateFiles.restore(settings, source.toAbsolutePath().normalize(), foreign);
            output.print(terminal, done, () -> "");
            terminal.say(
                    "restored up to revision %s; the cluster goes on at revision %s"
                            .formatted(
                                    done.path("sourceRevision").asText(),
                                    done.path("revision").asText()));
            if (done.has("aside")) {
                terminal.say("what the node had is in " + done.path("aside").asText());
            }
            terminal.say("  krg-admin agent run --config " + config + "   starts it");
            terminal.say(
                    "  krg-admin state rejoin --join %s   on every other node, then start it"
                            .formatted(settings.listen().api()));
        }
        return ExitCode.OK;
    }
}
