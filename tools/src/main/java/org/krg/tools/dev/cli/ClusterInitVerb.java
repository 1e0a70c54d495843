// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.NodeId;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.AgentFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cluster init`
@Command
public final class ClusterInitVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "of the cluster")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Mixin private final NodeOptions options = new NodeOptions();

    @Option(
            names = "--member",
            paramLabel = "NODE=HOST:PORT",
            description =
                    "another of the first members, which vote, and where its Raft listens;"
                            + " repeatable")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> others = new ArrayList<>();

    @Option(
            names = "--id",
            paramLabel = "UUID",
            description = "of the cluster, on the second and later members")
    private @Nullable UUID id;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description =
                    "the cluster's secret, made if it is not there; default: beside the"
                            + " settings")
    private @Nullable Path secretFile;

    public ClusterInitVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var config = options.config();
        var secret =
                Optional.ofNullable(secretFile)
                        .map(file -> file.toAbsolutePath().normalize())
                        .orElseGet(() -> config.resolveSibling("secret"));
        var cluster = id == null ? UUID.randomUUID() : id;
        var settings = options.first(cluster, name, secret, members());
        return Work.interruptibly(() -> {
            AgentFiles.writeSettings(config, settings);
            AgentFiles.writeSecret(secret);
            tell(config, secret, cluster);
            return ExitCode.OK;
        });
    }

    private List<FirstMember> members() {
        var members = new ArrayList<FirstMember>();
        try {
            members.add(new FirstMember(new NodeId(options.node()), 1, options.raft()));
            for (var other : others) {
                var words = other.split("=", 2);
                var raft = words.length == 2 ? words[1] : "";
                members.add(new FirstMember(new NodeId(words[0]), 1, NodeOptions.parse(raft)));
            }
        } catch (IllegalArgumentException wrong) {
            throw NodeOptions.usage(wrong);
        }
        // Every member must know them in the same order.
        return members.stream().sorted((a, b) -> a.node().compareTo(b.node())).toList();
    }

    private void tell(Path config, Path secret, UUID cluster) {
        terminal.say("wrote %s and the secret of the cluster, %s".formatted(config, secret));
        terminal.say("  krg-admin agent run --config " + config + "   starts this node");
        var api = options.first(cluster, name, secret, members()).listen().api();
        if (others.isEmpty()) {
            terminal.say(
                    "This node is the only voter: the cluster does not survive its loss. Other"
                            + " nodes, with a copy of the secret:");
            terminal.say(
                    "  krg-admin cluster join %s --node NAME --secret-file FILE".formatted(api));
        } else {
            terminal.say("On each other member, with a copy of the secret:");
            terminal.say(
                    "  krg-admin cluster init --name %s --id %s --node NAME --secret-file FILE"
                                    .formatted(name, cluster)
                            + " --member ... (all others)");
        }
    }
}
