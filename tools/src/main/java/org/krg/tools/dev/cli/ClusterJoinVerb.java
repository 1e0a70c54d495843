// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.krg.state.model.HostPort;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.AgentFiles;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.ClientConfig;
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

    @Option(
            names = "--secret-file",
            required = true,
            paramLabel = "FILE",
            description = "a copy of the cluster's secret, which only you may read")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path secretFile = Path.of("");

    public ClusterJoinVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var member = NodeOptions.parse(api);
        var secret = secretFile.toAbsolutePath().normalize();
        return Work.interruptibly(() -> {
            var cluster = ask(member, secret).path("cluster");
            var settings =
                    options.joining(
                            UUID.fromString(cluster.path("id").asText()),
                            cluster.path("name").asText(),
                            secret,
                            List.of(member));
            AgentFiles.writeSettings(options.config(), settings);
            terminal.say(
                    "wrote %s for cluster %s"
                            .formatted(options.config(), cluster.path("name").asText()));
            terminal.say(
                    "  krg-admin agent run --config %s   starts this node, which then joins"
                            .formatted(options.config()));
            return ExitCode.OK;
        });
    }

    private static JsonNode ask(HostPort member, Path secret) {
        var config = ClientConfig.of(List.of(member)).withToken(read(secret));
        try (var client = new ApiClient(config)) {
            return client.get(ApiPath.of("join"));
        }
    }

    private static String read(Path secret) {
        try {
            return Files.readString(secret).strip();
        } catch (IOException unreadable) {
            throw new VerbFailed(
                    ExitCode.NOT_FOUND,
                    "cannot read the secret of the cluster in " + secret,
                    "copy it from a node of the cluster: cluster.secret-file in its settings");
        }
    }
}
