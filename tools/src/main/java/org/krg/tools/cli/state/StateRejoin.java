// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.krg.host.daemon.SettingsFile;
import org.krg.host.daemon.StateFiles;
import org.krg.state.model.HostPort;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Question;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.cli.KrgHome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `state rejoin`
@Command(
        footer = {
            "",
            "The node comes back as another member of the cluster, with the data of the others; what it had is kept in",
            "aside-N below its data directory. Its jobs' cells stay. The agent must not run."
        })
public final class StateRejoin implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "settings of the node's agent (default: /etc/krg/krgd.toml)")
    private Path config = Path.of("/etc/krg/krgd.toml");

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "APIs of other nodes of the cluster (default: those that it knew last)")
    private List<String> join = new ArrayList<>();

    @Mixin private final Question question = new Question();
    @Mixin private final OutputOptions output = new OutputOptions();

    public StateRejoin(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var settings = SettingsFile.read(config, KrgHome.require());
        question.require(
                terminal,
                "the stored state of node %s is moved aside and no longer counts"
                        .formatted(settings.node().name()));
        var done = StateFiles.rejoin(settings, join.stream().map(StateRejoin::parse).toList());
        output.print(terminal, done, () -> "");
        terminal.say(
                "node %s is %s from now on; what it had is in %s"
                        .formatted(
                                done.path("node").asText(),
                                done.path("peerId").asText(),
                                done.path("aside").asText()));
        terminal.say(
                "  krg-admin agent run --config %s   starts it, and it joins by %s"
                        .formatted(config, joins(done.path("join"))));
        return ExitCode.OK;
    }

    private static String joins(JsonNode apis) {
        return StreamSupport.stream(apis.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
    }

    private static HostPort parse(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    String.valueOf(malformed.getMessage()),
                    "--join 127.0.0.1:7440");
        }
    }
}
