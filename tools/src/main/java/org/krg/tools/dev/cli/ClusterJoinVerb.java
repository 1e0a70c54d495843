// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.host.daemon.Joining;
import org.krg.state.model.NodeId;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.AgentFiles;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cluster join`
@Command
public final class ClusterJoinVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "HOST:PORT", description = "the API of a node of the cluster")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String api = "";

    @Mixin private final NodeOptions options = new NodeOptions();

    @ArgGroup(multiplicity = "1")
    private final Token token = new Token();

    private static final class Token {
        @Option(
                names = "--token",
                paramLabel = "TOKEN",
                description =
                        "what `cluster token create` printed on a member; other users of this"
                                + " machine may see it until it is used")
        private @Nullable String text;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "a file that holds it, /dev/stdin too")
        private @Nullable Path file;

        String read() {
            if (text != null) {
                return text;
            }
            try {
                return Files.readString(file == null ? Path.of("") : file);
            } catch (IOException unreadable) {
                throw new VerbFailed(
                        ExitCode.NOT_FOUND, "cannot read the token in " + file, "give --token");
            }
        }
    }

    public ClusterJoinVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var member = NodeOptions.parse(api);
        return Work.interruptibly(() -> {
            var cluster =
                    Joining.join(
                            member,
                            token.read(),
                            new NodeId(options.node()),
                            options.listen(),
                            options.data());
            var settings = options.joining(cluster.id(), cluster.name(), List.of(member));
            AgentFiles.writeSettings(options.config(), settings);
            terminal.say(
                    "wrote %s for cluster %s, and keys to %s"
                            .formatted(
                                    options.config(),
                                    cluster.name(),
                                    options.data().resolve("tls")));
            terminal.say(
                    "  krg-admin agent run --config %s   starts this node, which then joins"
                            .formatted(options.config()));
            return ExitCode.OK;
        });
    }
}
